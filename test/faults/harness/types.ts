import type { Random } from './random.ts';

/** `full` is what quality.md 3 asks for; `small` proves the same in seconds, for `npm test`. */
export type FaultSize = 'full' | 'small';

/** What a fault test is given. Everything it does at random comes from `random`, so that a seed replays it. */
export interface FaultContext {
  readonly seed: number;
  readonly size: FaultSize;
  readonly random: Random;
  /** A line of what is going on; the last line is the harness's own. */
  readonly log: (line: string) => void;
}

/** What a fault test found. `figures` says in one line what was seen; on a failure, why. */
export interface FaultReport {
  readonly pass: boolean;
  readonly figures: string;
  /** How often the fault was really done to the system, counted where it was done: zero proves nothing. */
  readonly injections: number;
}

/** One row of quality.md 3. */
export interface Fault {
  /** `F7` */
  readonly id: string;
  /** The guarantee in plain words, without the id. */
  readonly title: string;
  run(context: FaultContext): Promise<FaultReport>;
}
