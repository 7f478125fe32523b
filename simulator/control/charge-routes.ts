import { z } from 'zod';
import { disputable, isOpen, loseDispute, openDispute, reviewDispute, winDispute } from '../online/disputes.ts';
import type { ControlRoute } from '../ports.ts';
import type { ChargeRecord, DisputeRecord } from '../records.ts';
import { makeRefund } from '../resources/refund-machine.ts';
import { refundableAmount } from '../resources/refunds.ts';
import type { Account } from '../store.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';
import { owned } from './owned.ts';

const refundInput = z.strictObject({
  amount: z.number().int().positive().optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).nullable().default(null),
});
const disputeInput = z.strictObject({
  amount: z.number().int().positive().optional(),
  reason: z.string().default('fraudulent'),
  inquiry: z.boolean().default(false),
});
const winInput = z.strictObject({ keep_fee: z.boolean().default(false) });
const disputes = { noun: 'dispute', of: (account: Account) => account.disputes };

/** What others do to a charge: a person in the processor's console, and the card holder's bank (terminal.md 5.9). */
export function chargeControlRoutes(world: World): ControlRoute[] {
  return [
    // A charge by its own id or by its payment intent's.
    ofCharge(world, 'refund', (account, charge, body) => {
      const { amount, reason } = refundInput.parse(body ?? {});
      const amountMinor = refundableAmount(account, charge, amount);
      return makeRefund(world, account, { charge, amountMinor, reason, metadata: {} });
    }),
    ofCharge(world, 'dispute', (account, charge, body) => {
      const { amount, reason, inquiry } = disputeInput.parse(body ?? {});
      const amountMinor = amount ?? disputable(charge);
      if (!charge.captured || amountMinor > charge.amount_captured || amountMinor < 1) {
        throw new ControlError(409, `${charge.id} holds no ${amountMinor} to dispute.`);
      }
      return openDispute(world, account, { charge, amountMinor, reason, inquiry });
    }),
    ofDispute(world, 'win', (account, dispute, body) => {
      winDispute(world, account, { dispute, keepFee: winInput.parse(body ?? {}).keep_fee });
    }),
    ofDispute(world, 'lose', (account, dispute) => {
      loseDispute(world, account, dispute);
    }),
    ofDispute(world, 'review', (account, dispute) => {
      reviewDispute(world, account, dispute);
    }),
  ];
}

function ofCharge(
  world: World,
  verb: string,
  act: (account: Account, charge: ChargeRecord, body: unknown) => object,
): ControlRoute {
  return {
    method: 'POST',
    path: `/_control/charges/:id/${verb}`,
    handle: ({ params, body }) => {
      const { account, charge } = chargeAt(world, params);
      return act(account, charge, body);
    },
  };
}

function chargeAt(world: World, params: Record<string, string>): { account: Account; charge: ChargeRecord } {
  const id = params['id'] ?? '';
  for (const account of world.store.accounts()) {
    const charge = account.charges.get(account.paymentIntents.get(id)?.latest_charge ?? id);
    if (charge !== undefined) return { account, charge };
  }
  throw new ControlError(404, `No charge ${id}`);
}

function ofDispute(
  world: World,
  verb: string,
  act: (account: Account, dispute: DisputeRecord, body: unknown) => void,
): ControlRoute {
  return {
    method: 'POST',
    path: `/_control/disputes/:id/${verb}`,
    handle: ({ params, body }) => {
      const { account, item: dispute } = owned(world, params, disputes);
      if (!isOpen(dispute)) throw new ControlError(409, `${dispute.id} is ${dispute.status}.`);
      act(account, dispute, body);
      return dispute;
    },
  };
}
