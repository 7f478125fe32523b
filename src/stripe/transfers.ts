import type Stripe from 'stripe';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import type {
  TransferAttempt,
  TransferFact,
  TransferPort,
  TransferRequest,
  TransferReversal,
} from '../domain/settlement/transfer-port.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts';
import { askKeyed, demand, isRefusal } from './stripe-errors.ts';

/** A page holds more attempts than any one payout has. */
const limit = 100;
/** A transfer of the smallest parts that anybody would take back one by one. */
const reversalsMax = 10_000;

/** Payouts to connected accounts at Stripe, from the platform's own balance. */
export function createStripeTransfers(stripe: Stripe): TransferPort {
  return {
    send: (request) => send(stripe, request),
    find: async (attempt) => {
      const found = await lookUp(stripe, attempt);
      return found === undefined ? null : factOf(found);
    },
    reversalsOf: (transferRef) => reversalsOf(stripe, transferRef),
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

/** The transfer itself shows the newest ten only. */
async function reversalsOf(stripe: Stripe, transferRef: string): Promise<TransferReversal[]> {
  const found = await demand(() =>
    stripe.transfers.listReversals(transferRef, { limit }).autoPagingToArray({ limit: reversalsMax }),
  );
  return found.toReversed().map(({ id, amount, currency }) => ({
    reversalRef: id,
    amountMinor: fromStripeAmount(amount, currency),
  }));
}

function factOf({ id, amount, currency }: Stripe.Transfer): TransferFact {
  return { transferRef: id, amountMinor: fromStripeAmount(amount, currency) };
}
