import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { failRefund, settleRefund } from '../resources/refund-machine.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { owned } from './owned.ts';

const failInput = z.strictObject({ reason: z.string().default('expired_or_canceled_card') });

const refunds = { noun: 'refund', of: (account: Account) => account.refunds };

/** The bank's side of a refund: it settles, or bounces later (terminal.md 4.8). */
export function refundControlRoutes(world: World): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/refunds/:id/settle',
      handle: ({ params }) => {
        const { account, item: refund } = owned(world, params, refunds);
        settleRefund(world, account, refund);
        return refund;
      },
    },
    {
      method: 'POST',
      path: '/_control/refunds/:id/fail',
      handle: ({ params, body }) => {
        const { account, item: refund } = owned(world, params, refunds);
        failRefund(world, account, { refund, reason: failInput.parse(body ?? {}).reason });
        return refund;
      },
    },
  ];
}
