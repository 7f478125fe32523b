import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';

const rollInput = z.strictObject({
  secret: z.string().min(1).optional(),
  /** While the old secret is kept, deliveries carry a signature for each (terminal.md 4.4). */
  keep_old: z.boolean().default(true),
});

/** What Stripe's dashboard does to a webhook endpoint and its API does not: rolling the signing secret. */
export function endpointControlRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/webhook-endpoints/:id/roll-secret',
      handle: ({ params, body }) => {
        const { secret = world.random.id('whsec_', 32), keep_old: keepOld } = rollInput.parse(body ?? {});
        for (const account of world.store.accounts()) {
          const endpoint = account.endpoints.get(params['id'] ?? '');
          if (endpoint === undefined) continue;
          endpoint.secrets = [secret, ...(keepOld ? endpoint.secrets.slice(0, 1) : [])];
          return { secret };
        }
        throw new ControlError(404, `No webhook endpoint ${params['id'] ?? ''}`);
      },
    },
  ];
}
