import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { defaultSettings } from '../settings.ts';
import type { ApiParts } from '../wire/api.ts';
import { demoAccount } from './seed-routes.ts';

const resetInput = z.strictObject({ seed: z.number().int().optional() });

/**
 * Back to one empty account, real time and default settings. Without a seed new ids go on differing from all before,
 * so that what a test kept of an earlier state can never be mistaken for the new.
 */
export function resetRoute(
  { world, gate, log }: Pick<ApiParts, 'world' | 'gate' | 'log'>,
  engines: readonly { reset(): void }[],
): ControlRoute {
  return {
    method: 'POST',
    path: '/_control/reset',
    handle: ({ body }) => {
      const { seed } = resetInput.parse(body ?? {});
      gate.clear();
      world.clock.reset();
      if (seed !== undefined) world.random.reseed(seed);
      Object.assign(world.settings, defaultSettings);
      world.store.clear();
      log.clear();
      for (const engine of engines) engine.reset();
      world.store.addAccount(demoAccount, world.clock.nowSeconds());
      return { seed: world.random.seed(), account: demoAccount.id, secret_key: demoAccount.secretKeys[0] };
    },
  };
}
