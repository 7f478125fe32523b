import type { Owner } from './support/belongings.ts';

/** How a run was asked for, and who cleans up after it. */
export interface BenchContext extends Owner {
  /** How long each side runs in each round, in seconds. */
  readonly seconds: number;
  /** How often the sides alternate; at least five, unless `isQuick`. */
  readonly rounds: number;
  /** A size that proves that the bench is right, and says nothing of speed. */
  readonly isQuick: boolean;
  readonly say: (line: string) => void;
}

/** One figure of a ratio, with what it is held against (quality.md 1). */
export interface Figure {
  /** What is counted: `ratio`, `p95 ms`, `events`, `kB`. */
  readonly unit: string;
  /** Under which condition, where a ratio has several: `at 16 callers`. */
  readonly when?: string;
  readonly value: number;
  readonly goal: number;
  readonly floor: number;
  /** Whether more is better, as with a rate, or less, as with a cost. */
  readonly better: 'more' | 'less';
}

/** A ratio of quality.md 1, in a file of its own. */
export interface Bench {
  readonly id: `R${number}`;
  readonly title: string;
  /** Whether the settings of the Temporal server matter to it, and are printed. */
  readonly usesTemporal?: true;
  /** Measures, checks its own result, and answers its figures. Throws when the result is not right. */
  run(context: BenchContext): Promise<readonly Figure[]>;
}
