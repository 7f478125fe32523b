import { demoNames } from '../../workers/demo/seed.ts';
import { MonthEnd } from '../support/month-end.ts';
import { originators } from '../support/payout-content.ts';
import type { System } from './run.ts';
import { forgetSecrets } from './scene.ts';
import { systemFees } from './system-fees.ts';
import { Workforce } from './workforce.ts';

/** Patience in ms, so that a seed takes seconds; what is looked at and given up is the same as in production. */
const timing = {
  cardWaitMs: 700,
  retryMs: 500,
  ladderMs: [100, 200, 400],
  captureMs: 700,
  attentionMs: 20_000,
};

/** The same for checkouts and for funds that a host forgets. */
const checkoutTiming = { ladderMs: [100, 200, 400], checkoutMs: 2_000, topUpMs: 10_000, bookingMs: 1_500 };

/** What the platform can pay connected accounts from; AUD cents. */
const transferableMinor = 1_000_000_000;

/** One whole system for many seeds: everything real, the worker a process of its own. */
export async function openSystem(): Promise<System & { close(): Promise<void> }> {
  const env = {
    API_RATE_LIMIT_PER_MINUTE: '1000000',
    UNBEGUN_SWEEP_MS: '1000',
    QUIET_SWEEP_MS: '500',
    CHECKOUT_TIMING: JSON.stringify(checkoutTiming),
    REFUND_TIMING: JSON.stringify({ ladderMs: [200, 400, 800] }),
    PAYOUT_ORIGINATORS: JSON.stringify(originators),
    PAYOUT_TIMING: JSON.stringify({ lookMs: 500 }),
    FEE_TAXES: JSON.stringify({ AUD: { label: 'GST', rateBp: systemFees.taxBp } }),
    RECONCILE_GRACE_MS: '0',
  };
  const office = await MonthEnd.open({ without: ['worker'], timing, env, feeBp: systemFees.feeBp });
  const { counter } = office;
  await counter.control.balance.setAvailable('aud', transferableMinor, demoNames.account);
  const workforce = new Workforce(counter);
  await workforce.start();
  return {
    counter,
    office,
    workforce,
    close: async () => {
      await workforce.stop();
      await counter.close();
      forgetSecrets();
    },
  };
}
