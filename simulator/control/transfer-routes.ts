import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { reverseTransfer } from '../resources/transfers.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';
import { owned } from './owned.ts';

/** Minor units; nothing: all that is left. */
const reverseInput = z.strictObject({ amount: z.number().int().positive().optional() });
const transfers = { noun: 'transfer', of: (account: Account) => account.transfers };

/** What somebody does to transfers in the processor's console. */
export function transferControlRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/transfers/:id/reverse',
      handle: ({ body, params }) => {
        const { account, item: transfer } = owned(world, params, transfers);
        const left = transfer.amount - transfer.amount_reversed;
        const { amount = left } = reverseInput.parse(body);
        if (left === 0 || amount > left) throw new ControlError(409, `${transfer.id} has ${left} left.`);
        return reverseTransfer(world, account, { transfer, amountMinor: amount });
      },
    },
  ];
}
