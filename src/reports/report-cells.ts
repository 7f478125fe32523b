import type { Money } from '../domain/money.ts';

/** Text, a count, an amount, or nothing. */
export type Cell = string | number | Money | null;
export type SheetRecord = readonly Cell[];
