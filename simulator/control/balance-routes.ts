import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { balanceOf } from '../resources/balance.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';

const setInput = z.strictObject({
  account: z.string().default('acct_demo'),
  currency: z.string().length(3),
  available_minor: z.number().int(),
});

/** Makes the available balance a figure now; it moves on from there with what happens. */
export function balanceControlRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/balance',
      handle: ({ body }) => {
        const { account: id, currency, available_minor: wanted } = setInput.parse(body);
        const account = world.store.account(id);
        if (account === undefined) throw new ControlError(404, `No account ${id}`);
        const now = balanceOf(world, account).get(currency)?.available ?? 0;
        const opening = account.openingBalance.get(currency) ?? 0;
        account.openingBalance.set(currency, opening + wanted - now);
        return { currency, available_minor: wanted };
      },
    },
  ];
}
