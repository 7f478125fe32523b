import type Stripe from 'stripe';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import type { TransferAttempt, TransferFact, TransferPort, TransferRequest } from '../domain/transfer-port.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts';
import { askKeyed, demand, isRefusal } from './stripe-errors.ts';

/** A page holds more attempts than any one payout has. */
const limit = 100;

/** Payouts to connected accounts at Stripe, from the platform's own balance. */
export function createStripeTransfers(stripe: Stripe): TransferPort {
  return {
    send: (request) => send(stripe, request),
    find: async (attempt) => {
      const found = await lookUp(stripe, attempt);
      return found === undefined ? null : factOf(found);
    },
    read: async (transferRef) => factOf(await demand(() => stripe.transfers.retrieve(transferRef))),
  };
}

async function send(stripe: Stripe, request: TransferRequest): Promise<TransferFact> {
  const { key, payoutId, attemptNo, amountMinor, currency, destinationRef } = request;
  const wish = {
    amount: toStripeAmount(amountMinor, currency),
    currency: currency.toLowerCase(),
    destination: destinationRef,
    transfer_group: payoutId,
    metadata: { payout_id: payoutId, attempt: String(attemptNo) },
  };
  const answer = await askKeyed({
    key,
    send: (options) => stripe.transfers.create(wish, options),
    lookUp: () => lookUp(stripe, request),
  });
  if (isRefusal(answer)) throw new ProcessorRefusal(answer.code, answer.message);
  return factOf(answer);
}

async function lookUp(stripe: Stripe, { payoutId, attemptNo }: TransferAttempt): Promise<Stripe.Transfer | undefined> {
  const { data } = await demand(() => stripe.transfers.list({ transfer_group: payoutId, limit }));
  return data.find(({ metadata }) => metadata['payout_id'] === payoutId && metadata['attempt'] === String(attemptNo));
}

function factOf(transfer: Stripe.Transfer): TransferFact {
  const { id, amount, amount_reversed: reversed, currency, reversals } = transfer;
  return {
    transferRef: id,
    amountMinor: fromStripeAmount(amount, currency),
    reversedMinor: fromStripeAmount(reversed, currency),
    reversalRef: reversals.data[0]?.id ?? null,
  };
}
