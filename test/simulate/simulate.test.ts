import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planOf } from './plan.ts';
import { runPlan, type RunResult, type System } from './run.ts';
import { openSystem } from './system.ts';

let system: System & { close(): Promise<void> };
/** `npm run simulate` runs any others; these have faults and deviating webhooks, and one kills the worker. */
const seeds = [3, 4, 7];
const runs = new Map<number, Promise<RunResult>>();

beforeAll(async () => {
  system = await openSystem();
  // At the same time, since each has an account of its own and mostly waits.
  for (const seed of seeds) runs.set(seed, runPlan(system, planOf(seed, 8)));
  await Promise.allSettled(runs.values());
}, 300_000);
afterAll(() => system.close());

describe('the whole system under a random day', () => {
  it.each(seeds)(
    '[F40] ends every sale of seed %i, agrees with the processor to the cent, breaks no invariant',
    async (seed) => {
      expect(await runs.get(seed)).toMatchObject({ pass: true, failures: [] });
    },
  );

  it('really had faults, deviating webhooks, a killed worker and clubs that were paid in it', async () => {
    const results = await Promise.all(runs.values());
    const sum = (of: keyof RunResult['injected']) => results.reduce((total, { injected }) => total + injected[of], 0);
    expect([sum('faults') > 0, sum('webhooks') > 0, sum('crashes') > 0]).toEqual([true, true, true]);
    expect(results.some(({ payouts }) => (payouts['confirmed'] ?? 0) > 0)).toBe(true);
  });
});
