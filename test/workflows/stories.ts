import { ApplicationFailure } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import type { SaleAnswer, SaleSnapshot } from '../../src/domain/counter/sale-snapshot.ts';
import type { SaleTiming } from '../../src/domain/counter/sale-timing.ts';
import * as messages from '../../src/workflows/counter/terminal-sale.messages.ts';
import { snapshot } from './scripted.ts';

/** A step of a scripted activity: what it answers, one after another; the last one repeats. */
export type Script = Readonly<Record<string, readonly (() => unknown)[]>>;

/** One path through a workflow, played with scripted activities so that its history can be recorded and replayed. */
export interface Story {
  readonly name: string;
  readonly timing?: Partial<SaleTiming>;
  readonly script: Script;
  /** What people and processors do after `begin` was answered; absent: nothing. */
  readonly play?: (sale: WorkflowHandle) => Promise<unknown>;
  /** Leaves `begin` out. */
  readonly unbegun?: true;
}

const staff = { actor: 'key_1' };
const hint = (sale: WorkflowHandle) =>
  sale.signal(messages.providerEvent, { eventRowId: 'pev_1', type: 'payment_intent.succeeded', objectId: 'pi_1' });
const answer = (given: Partial<SaleSnapshot>) => (): SaleAnswer => ({ kind: 'done', sale: snapshot(given) });
const refused = (code: 'sale_state_conflict' | 'reader_offline', given: Partial<SaleSnapshot>) => (): SaleAnswer => ({
  kind: 'refused',
  code,
  message: code,
  sale: snapshot(given),
});
const seen = (given: Partial<SaleSnapshot>) => () => snapshot(given);
const silence = () => {
  throw ApplicationFailure.nonRetryable('The processor does not answer.');
};
const awaiting = answer({ state: 'awaiting_card' });
const declined = { state: 'declined', outcome: 'declined', declineCode: 'insufficient_funds' } as const;
const posted = { state: 'posted', outcome: 'approved', capturedMinor: 2500, brand: 'visa', last4: '4242' } as const;
const authorized = { state: 'authorized', outcome: 'approved', authorizedMinor: 2500 } as const;

/** Waits until the sale stands in `state`; a query is answered only when the workflow has come to rest. */
async function reached(sale: WorkflowHandle, state: SaleSnapshot['state']): Promise<void> {
  while ((await sale.query(messages.status)).state !== state);
}

/** Every path that a terminal sale can take, one story each. */
export const saleStories: readonly Story[] = [
  { name: 'approved-automatic', script: { dispatchSale: [awaiting], advanceSale: [seen(posted)] }, play: hint },
  {
    name: 'approved-then-captured-by-staff',
    script: {
      dispatchSale: [awaiting],
      advanceSale: [seen(authorized)],
      takeSale: [answer({ ...posted, capturedMinor: 2000 })],
    },
    play: async (sale) => {
      await hint(sale);
      await reached(sale, 'authorized');
      await sale.executeUpdate(messages.capture, { args: [{ amountMinor: 2000, ...staff }] });
    },
  },
  {
    name: 'declined-then-retried',
    script: {
      dispatchSale: [awaiting, answer({ state: 'awaiting_card', attempt: 2 })],
      advanceSale: [seen(declined), seen({ ...posted, attempt: 2 })],
    },
    play: async (sale) => {
      await hint(sale);
      await reached(sale, 'declined');
      await sale.executeUpdate(messages.retry, { args: [{}] });
      await hint(sale);
    },
  },
  {
    name: 'canceled-before-the-tap',
    script: { dispatchSale: [awaiting], cancelSale: [answer({ state: 'canceled', outcome: 'canceled' })] },
    play: (sale) => sale.executeUpdate(messages.cancel, { args: [{ reason: 'changed mind', ...staff }] }),
  },
  {
    name: 'canceled-too-late',
    script: { dispatchSale: [awaiting], cancelSale: [refused('sale_state_conflict', posted)] },
    play: (sale) => sale.executeUpdate(messages.cancel, { args: [{ reason: 'changed mind', ...staff }] }),
  },
  {
    name: 'reader-offline-then-canceled',
    script: {
      dispatchSale: [refused('reader_offline', { state: 'declined', outcome: 'reader_offline' })],
      cancelSale: [answer({ state: 'canceled' })],
    },
    play: (sale) => sale.executeUpdate(messages.cancel, { args: [{ reason: 'no reader', ...staff }] }),
  },
  {
    name: 'card-never-came',
    timing: { ladderMs: [20], cardWaitMs: 60 },
    script: {
      dispatchSale: [awaiting],
      advanceSale: [seen({ state: 'awaiting_card' })],
      cancelSale: [answer({ state: 'expired' })],
    },
  },
  {
    name: 'never-begun',
    timing: { beginMs: 20 },
    script: { lapseSale: [seen({ state: 'never_begun', attempt: 0 })] },
    unbegun: true,
  },
  {
    name: 'nobody-retried',
    timing: { retryMs: 30 },
    script: { dispatchSale: [awaiting], advanceSale: [seen(declined)], cancelSale: [answer({ state: 'expired' })] },
    play: hint,
  },
  {
    name: 'nobody-captured',
    timing: { captureMs: 30 },
    script: { dispatchSale: [awaiting], advanceSale: [seen(authorized)], cancelSale: [answer({ state: 'expired' })] },
    play: hint,
  },
  {
    name: 'unknown-then-found-out',
    timing: { ladderMs: [20] },
    script: {
      dispatchSale: [silence],
      loseSale: [seen({ state: 'unresolved' })],
      advanceSale: [silence, seen(posted)],
    },
  },
  {
    name: 'unknown-then-decided',
    timing: { ladderMs: [20], attentionMs: 30 },
    script: {
      dispatchSale: [silence],
      loseSale: [seen({ state: 'unresolved' })],
      advanceSale: [
        seen({ state: 'unresolved' }),
        seen({ state: 'unresolved' }),
        seen({ state: 'unresolved', attentionReason: 'unknown' }),
      ],
      askForDecision: [seen({ state: 'unresolved', attentionReason: 'unknown' })],
      cancelSale: [answer({ state: 'canceled' })],
    },
    play: async (sale) => {
      while ((await sale.query(messages.status)).attentionReason === null);
      await sale.executeUpdate(messages.resolve, {
        args: [{ decision: 'give_up', reason: 'seen in the console', ...staff }],
      });
    },
  },
  {
    name: 'reader-not-stoppable-then-posted',
    script: {
      dispatchSale: [awaiting],
      cancelSale: [() => ({ kind: 'unknown', sale: snapshot({ state: 'awaiting_card' }) })],
      advanceSale: [seen(posted)],
    },
    play: async (sale) => {
      await sale.executeUpdate(messages.cancel, { args: [{ reason: 'changed mind', ...staff }] });
      await hint(sale);
    },
  },
];

/** Activities that follow a story's script. */
export function activitiesOf(script: Script): Record<string, () => Promise<unknown>> {
  const entries = Object.entries(script).map(([name, steps]) => {
    let next = 0;
    const run = async () => {
      const step = steps[Math.min(next, steps.length - 1)];
      next += 1;
      return step?.();
    };
    return [name, run] as const;
  });
  return Object.fromEntries(entries);
}
