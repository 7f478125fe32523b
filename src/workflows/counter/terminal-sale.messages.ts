import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { SaleAnswer, SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import type { SaleTiming } from '../../domain/counter/sale-timing.ts';

/** The workflow of a sale; a sale's id is never used twice, so neither is this. */
export function terminalSaleWorkflowId(saleId: string): string {
  return `sale-${saleId}`;
}

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
