import { createHash } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';
import { organisationId } from '../domain/ids.ts';
import type { Scope } from '../domain/principal.ts';
import {
  ReportTakenOver,
  type FinishedReport,
  type ReportJobs,
  type ReportTask,
} from '../entities/reports/report-jobs.ts';
import type { MadeReport, Report, ReportSources } from './report.ts';

/** What reports are made of and kept in. */
export interface ReportMakerParts {
  readonly jobs: ReportJobs;
  readonly sources: ReportSources;
  readonly findReport: (name: string) => Report | undefined;
  readonly now: () => Date;
}

/** Pieces of a file; small enough for every packet limit, and none is ever held twice. */
const pieceBytes = 1_048_576;
/** How often a report says that it is alive, in ms. */
const tellEveryMs = 5_000;

/**
 * Makes the report `id` from its row alone and keeps its file: the same code as the direct download, so the same bytes.
 * What is refused has failed for good; what breaks is tried again, and thrown for whoever counts failures.
 */
export async function makeReport(parts: ReportMakerParts, id: string): Promise<void> {
  const task = await parts.jobs.begin(id);
  if (task === null) return;
  try {
    await parts.jobs.finish(task, await write(parts, task), parts.now());
  } catch (error) {
    if (error instanceof ReportTakenOver) return;
    const isFinal = error instanceof DomainError;
    await parts.jobs.fail(task, { reason: reasonOf(error), isFinal });
    if (!isFinal) throw error;
  }
}

async function write(parts: ReportMakerParts, task: ReportTask): Promise<FinishedReport> {
  const made = await open(parts, task);
  const digest = createHash('sha256');
  let [waiting, size, no]: [Buffer[], number, number] = [[], 0, 0];
  const alive = livelihood(parts.jobs, { task, made });
  const keep = async (): Promise<void> => {
    await parts.jobs.keepPiece(task, { no, content: Buffer.concat(waiting), progress: made.progress() });
    no += 1;
    waiting = [];
  };
  try {
    for await (const chunk of made.stream as AsyncIterable<Buffer | string>) {
      for (const part of parted(Buffer.from(chunk))) {
        digest.update(part);
        size += part.length;
        waiting.push(part);
        if (waiting.reduce((sum, { length }) => sum + length, 0) >= pieceBytes) await keep();
      }
    }
    await keep();
  } finally {
    alive.stop();
  }
  return { fileName: made.fileName, contentType: made.contentType, sizeBytes: size, digest: digest.digest('hex') };
}

async function open({ sources, findReport }: ReportMakerParts, task: ReportTask): Promise<MadeReport> {
  const report = findReport(task.report);
  if (report === undefined) throw new DomainError('not_found', `There is no report called ${task.report} any more.`);
  const params = report.params.parse(task.params) as never;
  const scope: Scope = {
    organisationId: task.organisationId === null ? null : organisationId(task.organisationId),
    siteId: null,
  };
  const { asOf, format, requester } = task;
  return report.open(sources, { params, scope, asOf, format, requester });
}

/** Says from time to time that the report is being made, also while a long statement runs. */
function livelihood(jobs: ReportJobs, { task, made }: { task: ReportTask; made: MadeReport }): { stop(): void } {
  const timer = setInterval(() => {
    // Whoever was overtaken learns it at its next piece.
    jobs.tell(task, made.progress()).catch(() => undefined);
  }, tellEveryMs);
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

function* parted(chunk: Buffer): Generator<Buffer> {
  for (let at = 0; at < chunk.length; at += pieceBytes) yield chunk.subarray(at, at + pieceBytes);
}

/** What callers may read: our own refusals in full, of anything else only its kind. */
function reasonOf(error: unknown): string {
  if (error instanceof DomainError) return error.message;
  return `Something went wrong on our side (${error instanceof Error ? error.name : 'unknown'}).`;
}
