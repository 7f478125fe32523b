import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { planOf } from './plan.ts';
import { runPlan, type System } from './run.ts';
import { openSystem } from './system.ts';

let system: System & { close(): Promise<void> };

beforeAll(async () => {
  system = await openSystem();
}, 60_000);
afterAll(() => system.close());

/** `npm run simulate` runs any other; these have faults and lost webhooks, and one kills the worker. */
const seeds = [2, 3, 4];

describe('the whole system under a random day', () => {
  it.each(seeds)(
    '[F40] ends every sale of seed %i, agrees with the processor to the cent, breaks no invariant',
    async (seed) => {
      const result = await runPlan(system, planOf(seed, 8));
      expect(result).toMatchObject({ pass: true, failures: [] });
    },
    240_000,
  );
});
