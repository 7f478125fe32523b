import {
  reportAttemptsMax,
  reportFileLifeMs,
  reportSilenceMs,
  type ReportFormat,
} from '../../domain/reports/report-job.ts';
import { sqlTime, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** All that is needed to make a report, as its row has it. */
export interface ReportTask {
  readonly id: string;
  /** The try that this is; what an older one still writes is not taken. */
  readonly attempt: number;
  readonly report: string;
  readonly format: ReportFormat;
  /** As JSON was read. */
  readonly params: unknown;
  /** ISO 8601 UTC with microseconds. */
  readonly asOf: string;
  readonly requester: string;
  readonly organisationId: string | null;
}

/** What became of a report's file. */
export interface FinishedReport {
  readonly fileName: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly digest: string;
}

/** Another process has taken the report over; what this one made is not wanted. */
export class ReportTakenOver extends Error {
  override readonly name = 'ReportTakenOver';
}

/** Reports that are made in the background: their rows, and their files piece by piece. */
export class ReportJobs {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Begins a try of the report `id`; null when there is nothing to do about it any more. */
  async begin(id: string): Promise<ReportTask | null> {
    const begun = await this.#pool.run(
      `UPDATE report_job SET state = 'running', attempts = attempts + 1, progress = 0, updated_at = UTC_TIMESTAMP(6)
       WHERE id = ? AND attempts < ${reportAttemptsMax} AND (state = 'queued' OR (state = 'running' AND updated_at < ${silentSince}))`,
      [id],
    );
    if (begun === 0) return null;
    const [row] = await this.#pool.rows('SELECT * FROM report_job WHERE id = ?', [id]);
    return row === undefined ? null : taskOf(row);
  }

  /** Keeps a piece of the file and says how far it is, in percent. Throws `ReportTakenOver`. */
  async keepPiece(task: ReportTask, piece: { no: number; content: Buffer; progress: number }): Promise<void> {
    await this.#pool.run(
      'INSERT INTO report_piece (job_id, attempt, piece_no, content) VALUES (?, ?, ?, FROM_BASE64(?))',
      [task.id, task.attempt, piece.no, piece.content.toString('base64')],
    );
    await this.tell(task, piece.progress);
  }

  /** Says how far it is; being heard of is what keeps others from taking it over. Throws `ReportTakenOver`. */
  async tell(task: ReportTask, progress: number): Promise<void> {
    await this.#change(task, 'progress = ?', [progress]);
  }

  async finish(task: ReportTask, file: FinishedReport, now: Date): Promise<void> {
    const expiresAt = new Date(now.getTime() + reportFileLifeMs).toISOString();
    await this.#change(
      task,
      `state = 'done', progress = 100, file_name = ?, content_type = ?, size_bytes = ?, digest = ?, finished_at = ?, expires_at = ?`,
      [
        ...[file.fileName, file.contentType, file.sizeBytes, file.digest],
        sqlTime(now.toISOString()),
        sqlTime(expiresAt),
      ],
    );
    await this.#pool.run('DELETE FROM report_piece WHERE job_id = ? AND attempt <> ?', [task.id, task.attempt]);
  }

  /** Gives the report up, with the reason that callers read; or leaves it for another try. */
  async fail(task: ReportTask, { reason, isFinal }: { reason: string; isFinal: boolean }): Promise<void> {
    await this.#pool.run('DELETE FROM report_piece WHERE job_id = ? AND attempt = ?', [task.id, task.attempt]);
    const ended = isFinal || task.attempt >= reportAttemptsMax;
    await this.#change(task, `state = ?, reason = ?, finished_at = ${ended ? 'UTC_TIMESTAMP(6)' : 'NULL'}`, [
      ended ? 'failed' : 'queued',
      reason.slice(0, 255),
    ]);
  }

  /** Reports that nobody works on: asked for a while ago and not begun, or begun and silent. */
  async forgotten(): Promise<readonly string[]> {
    await this.#pool.run(
      `UPDATE report_job SET state = 'failed', reason = 'It was begun several times and never ended.', finished_at = UTC_TIMESTAMP(6)
       WHERE state = 'running' AND attempts >= ${reportAttemptsMax} AND updated_at < ${silentSince}`,
      [],
    );
    const rows = await this.#pool.rows(
      `SELECT id FROM report_job WHERE (state = 'queued' AND updated_at < UTC_TIMESTAMP(6) - INTERVAL 2 SECOND)
         OR (state = 'running' AND updated_at < ${silentSince}) ORDER BY id LIMIT 500`,
    );
    return rows.map((row) => String(row['id']));
  }

  /** Takes away the files whose time is over, a share at a time; answers how many (decisions D37). */
  async expire(): Promise<number> {
    const rows = await this.#pool.rows(
      `SELECT id FROM report_job WHERE state = 'done' AND expires_at < UTC_TIMESTAMP(6) ORDER BY expires_at LIMIT 100`,
    );
    for (const row of rows) {
      const id = String(row['id']);
      await this.#pool.transact([
        { sql: `UPDATE report_job SET state = 'expired', updated_at = UTC_TIMESTAMP(6) WHERE id = ?`, values: [id] },
        { sql: 'DELETE FROM report_piece WHERE job_id = ?', values: [id] },
      ]);
    }
    return rows.length;
  }

  /** The file as it was made, piece by piece. */
  async *pieces(id: string, attempt: number): AsyncGenerator<Buffer> {
    for (let no = 0; ; no += 1) {
      const [row] = await this.#pool.rows(
        'SELECT HEX(content) AS content FROM report_piece WHERE job_id = ? AND attempt = ? AND piece_no = ?',
        [id, attempt, no],
      );
      if (row === undefined) return;
      yield Buffer.from(String(row['content']), 'hex');
    }
  }

  async #change(task: ReportTask, set: string, values: readonly (string | number)[]): Promise<void> {
    const changed = await this.#pool.run(
      `UPDATE report_job SET updated_at = UTC_TIMESTAMP(6), ${set} WHERE id = ? AND attempts = ? AND state = 'running'`,
      [...values, task.id, task.attempt],
    );
    if (changed === 0) throw new ReportTakenOver(`${task.id} goes on without attempt ${task.attempt}.`);
  }
}

const silentSince = `UTC_TIMESTAMP(6) - INTERVAL ${reportSilenceMs / 1_000} SECOND`;

function taskOf(row: SqlRow): ReportTask {
  return {
    id: String(row['id']),
    attempt: Number(row['attempts']),
    report: String(row['report']),
    format: String(row['format']) as ReportFormat,
    params: JSON.parse(String(row['params'])),
    asOf: String(row['as_of']),
    requester: String(row['requester']),
    organisationId: row['organisation_id'] === null ? null : String(row['organisation_id']),
  };
}
