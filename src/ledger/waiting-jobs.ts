import { accountsOf, ridersOf } from './prepared-item.ts';
import { isUpdate, riderKey } from './rider-rows.ts';
import type { Job } from './writer.ts';

/** Jobs that commit together. */
export interface Batch {
  readonly jobs: readonly Job[];
  /** Its rows are free again; call it when it is committed or given up. */
  end(): void;
}

interface Waiting {
  readonly job: Job;
  /** The rows that it will lock. */
  readonly rows: readonly string[];
}

/**
 * What was asked for and is not under way. Two commits that want the same row would only wait for each other in the
 * database, so a batch leaves out what a batch under way has locked; whatever is left out keeps its turn.
 */
export class WaitingJobs {
  readonly #itemsMax: number;
  readonly #lanes: number;
  readonly #underWay = new Map<string, number>();
  #jobsUnderWay = 0;
  #waiting: Waiting[] = [];

  constructor({ itemsMax, lanes }: { readonly itemsMax: number; readonly lanes: number }) {
    this.#itemsMax = itemsMax;
    this.#lanes = lanes;
  }

  add(job: Job): void {
    this.#waiting.push({ job, rows: rowsOf(job) });
  }

  isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /**
   * The next batch, at most this lane's share of all that is asked for, so that the others find work too; undefined
   * when everything is under way or stands behind what is.
   */
  take(): Batch | undefined {
    const underWay = this.#jobsUnderWay;
    const selection = new Selection(this.#underWay, {
      items: this.#itemsMax,
      jobs: (this.#waiting.length + underWay) / this.#lanes,
    });
    this.#waiting = this.#waiting.filter((waiting) => !selection.takes(waiting));
    return selection.taken.length === 0 ? undefined : this.#begin(selection.taken);
  }

  #begin(taken: readonly Waiting[]): Batch {
    const rows = taken.flatMap((waiting) => waiting.rows);
    for (const row of rows) this.#underWay.set(row, (this.#underWay.get(row) ?? 0) + 1);
    this.#jobsUnderWay += taken.length;
    return {
      jobs: taken.map(({ job }) => job),
      end: () => {
        for (const row of rows) this.#release(row);
        this.#jobsUnderWay -= taken.length;
      },
    };
  }

  #release(row: string): void {
    const left = (this.#underWay.get(row) ?? 0) - 1;
    if (left > 0) this.#underWay.set(row, left);
    else this.#underWay.delete(row);
  }
}

/** Goes through what waits, in order, and says of each whether it belongs to the next batch. */
class Selection {
  readonly taken: Waiting[] = [];
  readonly #underWay: ReadonlyMap<string, number>;
  readonly #most: { readonly items: number; readonly jobs: number };
  readonly #mine = new Set<string>();
  readonly #passed = new Set<string>();
  #itemCount = 0;

  constructor(underWay: ReadonlyMap<string, number>, most: { readonly items: number; readonly jobs: number }) {
    this.#underWay = underWay;
    this.#most = most;
  }

  takes(waiting: Waiting): boolean {
    const { job, rows } = waiting;
    const isFree = rows.every((row) => !this.#underWay.has(row) && !this.#passed.has(row));
    // Nobody overtakes on the same row: what was asked for first is judged first.
    const seen = isFree && this.#hasRoomFor(waiting) ? this.#mine : this.#passed;
    for (const row of rows) seen.add(row);
    if (seen === this.#passed) return false;
    this.taken.push(waiting);
    this.#itemCount += job.items.length;
    return true;
  }

  /** Beyond its share a batch takes only what would have to wait for it anyway. */
  #hasRoomFor({ job, rows }: Waiting): boolean {
    if (this.taken.length === 0) return true;
    const isMine = this.taken.length < this.#most.jobs || rows.some((row) => this.#mine.has(row));
    return isMine && this.#itemCount + job.items.length <= this.#most.items;
  }
}

function rowsOf(job: Job): string[] {
  return job.items.flatMap((item) => [
    ...accountsOf(item).map(({ code }) => code),
    ...ridersOf(item).filter(isUpdate).map(riderKey),
  ]);
}
