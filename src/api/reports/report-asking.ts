import { z } from 'zod';
import { personOf, type Principal } from '../../domain/principal.ts';
import type { ReportFormat } from '../../domain/reports/report-job.ts';
import type { Report, ReportSources } from '../../reports/report.ts';
import { readAsOf } from '../../reports/statement-file.ts';
import { download } from '../download.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';

/** What the routes of reports stand on. */
export interface ReportParts {
  readonly sources: ReportSources;
}

/** What is asked of a report, directly or as a job. */
export interface AskedReport {
  readonly report: Report;
  readonly format: ReportFormat;
  /** As `report.params` gave them. */
  readonly params: never;
  readonly asOf: string | undefined;
  readonly principal: Principal;
}

/** The instant that is meant. Throws `invalid_request` for one that is still to come: more could be recorded before it. */
export async function instantAsked({ reader }: ReportSources, asked: string | undefined): Promise<string> {
  const asOf = await readAsOf(reader, asked);
  if (asOf === null) throw refusedField('invalid_request', 'asOf', 'is still to come');
  return asOf;
}

/** Who asks, as files name them: the person, else the key. */
export function requesterOf(principal: Principal): string {
  return personOf(principal) ?? principal.name;
}

/** Makes the report while it is sent. */
export async function directReport(sources: ReportSources, asked: AskedReport): Promise<Answer> {
  const asOf = await instantAsked(sources, asked.asOf);
  const { report, format, params, principal: scope } = asked;
  await report.check?.(sources, { params, scope, asOf });
  const made = await report.open(sources, { params, format, asOf, scope, requester: requesterOf(scope) });
  const { fileName, contentType, stream } = made;
  return download({ fileName, contentType, stream, asOf });
}

/** `params` of a job as its report takes them; throws what names the fields below `params`. */
export function parseParams(report: Report, params: unknown): never {
  const parsed = report.params.safeParse(params);
  if (parsed.success) return parsed.data as never;
  throw new z.ZodError(parsed.error.issues.map((issue) => ({ ...issue, path: ['params', ...issue.path] })));
}
