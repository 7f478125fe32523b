import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { SaleAnswer, SaleSnapshot } from '../../src/domain/counter/sale-snapshot.ts';
import type { SaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { closeLateEvent } from '../../src/workflows/payments/late-event.messages.ts';
import { closeStrayMoney } from '../../src/workflows/payments/stray-money.messages.ts';
import * as messages from '../../src/workflows/counter/terminal-sale.messages.ts';
import { snapshot } from '../workflows/scripted.ts';
import type { Script } from '../workflows/stories.ts';

/** One run of a workflow whose history is kept: made by combining what can happen, not written one by one. */
export interface Variation {
  readonly type: 'terminalSale' | 'lateEvent' | 'processorFees' | 'strayMoney';
  readonly name: string;
  readonly timing?: Partial<SaleTiming>;
  readonly script: Script;
  readonly play: (run: WorkflowHandle) => Promise<unknown>;
}

const staff = { actor: 'key_1' };
const declined = { state: 'declined', outcome: 'declined', declineCode: 'generic_decline' } as const;
const posted = { state: 'posted', outcome: 'approved', capturedMinor: 2500 } as const;
const authorized = { state: 'authorized', outcome: 'approved', authorizedMinor: 2500 } as const;
const seen = (given: Partial<SaleSnapshot>) => () => snapshot(given);
const answer = (given: Partial<SaleSnapshot>) => (): SaleAnswer => ({ kind: 'done', sale: snapshot(given) });
const silence = () => {
  throw ApplicationFailure.nonRetryable('The processor does not answer.');
};
const blip = () => {
  throw ApplicationFailure.create({ message: 'Not yet.', nextRetryDelay: '1 millisecond' });
};

const hint = (sale: WorkflowHandle) =>
  sale.signal(messages.providerEvent, { eventRowId: 'pev_1', type: 'payment_intent.succeeded', objectId: 'pi_1' });
const cancel = (sale: WorkflowHandle) => sale.executeUpdate(messages.cancel, { args: [{ reason: 'changed mind', ...staff }] });

/** Waits until the run stands where the next step is meant for it. */
async function reached(sale: WorkflowHandle, state: SaleSnapshot['state'], attempt: number): Promise<void> {
  for (;;) {
    const now = await sale.query(messages.status);
    if (now.state === state && now.attempt === attempt) return;
  }
}

/** How the last attempt of a sale ends. */
interface Ending {
  readonly name: string;
  readonly timing?: Partial<SaleTiming>;
  readonly script: (attempt: number) => Script;
  readonly play: (sale: WorkflowHandle, attempt: number) => Promise<unknown>;
}

const endings: readonly Ending[] = [
  { name: 'posted', script: (attempt) => ({ advanceSale: [seen({ ...posted, attempt })] }), play: hint },
  {
    name: 'captured',
    script: (attempt) => ({ advanceSale: [seen({ ...authorized, attempt })], takeSale: [answer({ ...posted, attempt })] }),
    play: async (sale, attempt) => {
      await hint(sale);
      await reached(sale, 'authorized', attempt);
      await sale.executeUpdate(messages.capture, { args: [{ ...staff }] });
    },
  },
  { name: 'canceled', script: (attempt) => ({ cancelSale: [answer({ state: 'canceled', attempt })] }), play: cancel },
  {
    name: 'canceled-too-late',
    script: (attempt) => ({
      cancelSale: [() => ({ kind: 'refused', code: 'sale_state_conflict', message: 'posted', sale: snapshot({ ...posted, attempt }) })],
    }),
    play: cancel,
  },
  {
    name: 'expired',
    timing: { cardWaitMs: 60, ladderMs: [20] },
    script: (attempt) => ({
      advanceSale: [seen({ state: 'awaiting_card', attempt })],
      cancelSale: [answer({ state: 'expired', attempt })],
    }),
    play: (sale) => sale.result(),
  },
  {
    name: 'unknown-then-posted',
    timing: { ladderMs: [20] },
    script: (attempt) => ({
      advanceSale: [silence, seen({ ...posted, attempt })],
      loseSale: [seen({ state: 'unresolved', attempt })],
    }),
    play: hint,
  },
];

/** A sale with so many declined cards before its ending, and so many hints for each of them. */
function saleOf(ending: Ending, declines: number, hints: number): Variation {
  const last = declines + 1;
  const { advanceSale = [], ...rest } = ending.script(last);
  const earlier = Array.from({ length: declines }, (_, n) => seen({ ...declined, attempt: n + 1 }));
  const attempts = Array.from({ length: last }, (_, n) => answer({ state: 'awaiting_card', attempt: n + 1 }));
  // A second hint of the same decline finds the sale as it stands.
  const looks = earlier.flatMap((look) => Array.from({ length: hints }, () => look));
  const steps = [...looks, ...advanceSale];
  return {
    type: 'terminalSale',
    name: `terminal-sale.${declines}-declines-${hints}-hints-${ending.name}`,
    // Only a last attempt may run out of time.
    timing: { ...ending.timing, ...(declines > 0 && ending.timing?.cardWaitMs !== undefined ? { cardWaitMs: 2_000 } : {}) },
    script: { dispatchSale: attempts, ...(steps.length > 0 ? { advanceSale: steps } : {}), ...rest },
    play: async (sale) => {
      for (let attempt = 1; attempt <= declines; attempt += 1) {
        await hint(sale);
        await reached(sale, 'declined', attempt);
        for (let more = 1; more < hints; more += 1) await hint(sale);
        await sale.executeUpdate(messages.retry, { args: [{}] });
        await reached(sale, 'awaiting_card', attempt + 1);
      }
      await ending.play(sale, last);
    },
  };
}

const sales = endings.flatMap((ending) => [0, 1, 2, 3, 4, 5, 6, 7].map((declines) => saleOf(ending, declines, 1)));

/** So many tries of the activity that fail, and so many people who say what was done. */
const lateEvents: readonly Variation[] = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((failures) => {
  const tries = Array.from({ length: failures }, () => blip);
  const settled: Variation = {
    type: 'lateEvent',
    name: `late-event.${failures}-failures-settled`,
    script: { settleLateEvent: [...tries, () => ({ kind: 'settled', reason: 'the book agrees' })] },
    play: (run) => run.result(),
  };
  const attended = [1, 2, 3, 4, 5, 6].map((people): Variation => {
    const script = {
      settleLateEvent: [...tries, () => ({ kind: 'attention', reason: 'a refund' })],
      closeLateEvent: [() => undefined],
    };
    const close = (run: WorkflowHandle) => (n: number) =>
      run.executeUpdate(closeLateEvent, { args: [{ actor: `key_${n}`, reason: 'refunded by hand' }] });
    const play = (run: WorkflowHandle) => Promise.allSettled(Array.from({ length: people }, (_, n) => close(run)(n)));
    return { type: 'lateEvent', name: `late-event.${failures}-failures-${people}-people`, script, play };
  });
  return [settled, ...attended];
});

const processorFees: readonly Variation[] = [0, 1, 2, 3, 4].flatMap((failures) =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((pages): Variation => {
    const tries = Array.from({ length: failures }, () => blip);
    const full = Array.from({ length: pages - 1 }, () => () => ({ posted: 2, more: true }));
    const script = { postProcessorFees: [...tries, ...full, () => ({ posted: 1, more: false })] };
    return { type: 'processorFees', name: `processor-fees.${failures}-failures-${pages}-pages`, script, play: (run) => run.result() };
  }),
);

/** So many tries that fail, and so many people who say whose the money is. */
const strayMoney: readonly Variation[] = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((failures) => {
  const tries = Array.from({ length: failures }, () => blip);
  const none: Variation = {
    type: 'strayMoney',
    name: `stray-money.${failures}-failures-no-money`,
    script: { keepStrayMoney: [...tries, () => ({ keptMinor: 0 })] },
    play: (run) => run.result(),
  };
  const closed = [1, 2, 3, 4, 5, 6].map((people): Variation => {
    const close = (run: WorkflowHandle) => (n: number) =>
      run.executeUpdate(closeStrayMoney, { args: [{ actor: `key_${n}`, reason: 'given back by hand' }] });
    return {
      type: 'strayMoney',
      name: `stray-money.${failures}-failures-${people}-people`,
      script: { keepStrayMoney: [...tries, () => ({ keptMinor: 500 })] },
      play: (run) => Promise.allSettled(Array.from({ length: people }, (_, n) => close(run)(n))),
    };
  });
  return [none, ...closed];
});

export const variations: readonly Variation[] = [...sales, ...lateEvents, ...processorFees, ...strayMoney];
