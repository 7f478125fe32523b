import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SaleAnswer, SaleSnapshot } from '../domain/sale-snapshot.ts';

/** The workflow of a sale; a sale's id is never used twice, so neither is this. */
export function terminalSaleWorkflowId(saleId: string): string {
  return `sale-${saleId}`;
}

/** Patience of a sale in ms, all arguments so that tests run in milliseconds (spec/temporal.md 5.2). */
export interface SaleTiming {
  /** Without an accepted `begin` in this time the sale ends `never_begun`. */
  readonly beginMs: number;
  /** How long a reader may wait for a card. */
  readonly cardWaitMs: number;
  /** How long a declined sale may be tried again before it is given up. */
  readonly retryMs: number;
  /** Pauses between looks at the processor while nothing is heard; the last one repeats. */
  readonly ladderMs: readonly number[];
  /** How long after its authorization money may wait for staff to capture it. */
  readonly captureMs: number;
  /** How long an outcome may stay unknown before a person is asked. */
  readonly attentionMs: number;
}

export const productionSaleTiming: SaleTiming = {
  beginMs: 15_000,
  cardWaitMs: 120_000,
  retryMs: 900_000,
  ladderMs: [10_000, 20_000, 30_000],
  captureMs: 47 * 3_600_000,
  attentionMs: 600_000,
};

export interface TerminalSaleInput {
  readonly schema: 1;
  readonly saleId: string;
  readonly timing: SaleTiming;
}

export interface RetryCommand {
  /** Another reader of the same site; absent: the same one. */
  readonly readerId?: string;
}
export interface CaptureCommand {
  /** Minor units; absent: all that is authorized. The rest is released. */
  readonly amountMinor?: number;
  readonly actor: string;
}
export interface CancelCommand {
  readonly reason: string;
  readonly actor: string;
}
/** A person's word where we cannot decide: look again now, or give the sale up as far as the processor lets us. */
export interface ResolveCommand {
  readonly decision: 'look_again' | 'give_up';
  readonly actor: string;
  readonly reason: string;
}

/** A hint that something happened at the processor: a pointer to the inbox row, never the truth. */
export interface ProviderEventPointer {
  readonly eventRowId: string;
  readonly type: string;
  readonly objectId: string | null;
}

export const begin = defineUpdate<SaleAnswer>('begin');
export const retry = defineUpdate<SaleAnswer, [RetryCommand]>('retry');
export const capture = defineUpdate<SaleAnswer, [CaptureCommand]>('capture');
export const cancel = defineUpdate<SaleAnswer, [CancelCommand]>('cancel');
export const resolve = defineUpdate<SaleAnswer, [ResolveCommand]>('resolve');
export const providerEvent = defineSignal<[ProviderEventPointer]>('providerEvent');
export const status = defineQuery<SaleSnapshot>('status');
