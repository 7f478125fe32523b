import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { failPayout, makePayout } from '../resources/payouts.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';
import { owned } from './owned.ts';

const newInput = z.strictObject({
  account: z.string().default('acct_demo'),
  currency: z.string().length(3),
  /** Minor units; below zero the processor takes from the bank. */
  amount: z
    .number()
    .int()
    .refine((amount) => amount !== 0),
});

const payouts = { noun: 'payout', of: (account: Account) => account.payouts };

/** The processor's schedule pays out, and what the bank says to it. */
export function payoutControlRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/payouts',
      handle: ({ body }) => {
        const { account: id, currency, amount } = newInput.parse(body);
        const account = world.store.account(id);
        if (account === undefined) throw new ControlError(404, `No account ${id}`);
        return makePayout(world, account, { amountMinor: amount, currency });
      },
    },
    {
      method: 'POST',
      path: '/_control/payouts/:id/fail',
      handle: ({ params }) => {
        const { account, item: payout } = owned(world, params, payouts);
        if (payout.status !== 'paid') throw new ControlError(409, `${payout.id} is ${payout.status}.`);
        failPayout(world, account, payout);
        return payout;
      },
    },
  ];
}
