import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { failRefund, settleRefund } from '../resources/refund-machine.ts';
import type { RefundRecord } from '../records.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';

const failInput = z.strictObject({ reason: z.string().default('expired_or_canceled_card') });

/** The bank's side of a refund: it settles, or bounces later (terminal.md 4.8). */
export function refundControlRoutes(world: World): ControlRoute[] {
  const at = (params: Record<string, string>): { account: Account; refund: RefundRecord } => {
    const id = params['id'] ?? '';
    for (const account of world.store.accounts()) {
      const refund = account.refunds.get(id);
      if (refund !== undefined) return { account, refund };
    }
    throw new ControlError(404, `No refund ${id}`);
  };
  return [
    {
      method: 'POST',
      path: '/_control/refunds/:id/settle',
      handle: ({ params }) => {
        const { account, refund } = at(params);
        settleRefund(world, account, refund);
        return refund;
      },
    },
    {
      method: 'POST',
      path: '/_control/refunds/:id/fail',
      handle: ({ params, body }) => {
        const { account, refund } = at(params);
        failRefund(world, account, { refund, reason: failInput.parse(body ?? {}).reason });
        return refund;
      },
    },
  ];
}
