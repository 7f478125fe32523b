import type { IdempotencyRequestId } from '../domain/ids.ts';
import type { StoredAnswer } from './idempotency.ts';
import type { SqlPool } from './sql-pool.ts';

/** Answers in one packet. */
const groupSize = 100;

/**
 * Keeps answers behind the caller's back: an answer is a function of an outcome that the workflow holds, so nothing is
 * lost if this process dies before it is kept (decisions D46), and nobody waits for its commit. What gathers while one
 * packet is on its way goes with the next.
 */
export class AnswerKeeper {
  readonly #pool: Pick<SqlPool, 'transact'>;
  readonly #onFailure: (error: unknown) => void;
  #waiting: { readonly id: IdempotencyRequestId; readonly answer: StoredAnswer }[] = [];
  #writing: Promise<void> | undefined;

  /** `onFailure` is told when answers could not be kept; they are found out again when somebody asks. */
  constructor(pool: Pick<SqlPool, 'transact'>, onFailure: (error: unknown) => void) {
    this.#pool = pool;
    this.#onFailure = onFailure;
  }

  keep(id: IdempotencyRequestId, answer: StoredAnswer): void {
    this.#waiting.push({ id, answer });
    this.#writing ??= this.#write();
  }

  /** Resolves when everything that was given so far has been kept, or could not be. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #write(): Promise<void> {
    // The answer that started this goes out first, and whatever else this turn of the loop brings goes with it.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupSize);
      try {
        await this.#pool.transact(
          group.map(({ id, answer }) => ({ sql: keepAnswer, values: [answer.status, answer.body, id] })),
        );
      } catch (error) {
        this.#onFailure(error);
      }
    }
    this.#writing = undefined;
  }
}

const keepAnswer = `UPDATE idempotency_request SET state = 'done', status = ?, body = ?, finished_at = UTC_TIMESTAMP(6)
  WHERE id = ? AND state = 'running'`;
