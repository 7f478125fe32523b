import type { Fault } from './harness/types.ts';

/** Every fault there is, in the order of quality.md 3: one file each. */
export const faults: readonly Fault[] = [];
