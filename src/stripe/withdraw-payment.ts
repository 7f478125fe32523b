import type Stripe from 'stripe';
import type { WithdrawOutcome, WithdrawRequest } from '../domain/counter/processor-port.ts';
import { ProcessorSilence } from '../domain/processor-silence.ts';
import { paymentExpansion, paymentFact } from './payment-fact.ts';
import { readerFact } from './reader-fact.ts';
import { ask, askKeyed, demand, isRefusal } from './stripe-errors.ts';

const expand = paymentExpansion;
/** A tap can win between the read and the cancel; after that the money is only released or taken, so three rounds decide. */
const rounds = 3;

/**
 * Gives a payment up and says truthfully who won (terminal.md 4.6-5 to 4.6-9). The reader is cleared first, but only
 * of our own payment; whatever it answers, the intent is then read and canceled, and what Stripe holds at last is the
 * answer. Authorized money is released by the cancel. Each business attempt needs its own `key`: Stripe remembers a
 * refusal under it.
 */
export async function withdrawPayment(stripe: Stripe, request: WithdrawRequest): Promise<WithdrawOutcome> {
  await clearReader(stripe, request);
  for (let round = 1; round <= rounds; round += 1) {
    const intent = await readIntent(stripe, request.paymentRef);
    const settled = settledOutcome(intent);
    if (settled !== undefined) return settled;
    if (intent.status === 'processing') break;
    const answer = await cancelIntent(stripe, request, round);
    if (!isRefusal(answer)) return settledOutcome(answer) ?? { kind: 'not_stoppable', payment: paymentFact(answer) };
  }
  const payment = await readIntent(stripe, request.paymentRef);
  return settledOutcome(payment) ?? { kind: 'not_stoppable', payment: paymentFact(payment) };
}

function settledOutcome(intent: Stripe.PaymentIntent): WithdrawOutcome | undefined {
  if (intent.status === 'canceled') return { kind: 'withdrawn', payment: paymentFact(intent) };
  return intent.status === 'succeeded' ? { kind: 'too_late', payment: paymentFact(intent) } : undefined;
}

/**
 * Stops the reader if what it shows is ours. A reader that is busy, offline or silent must not keep the intent from
 * being canceled, and a canceled intent cannot be paid at the reader, so no answer of the reader's is decisive here.
 */
async function clearReader(stripe: Stripe, request: WithdrawRequest): Promise<void> {
  const { readerRef } = request;
  if (readerRef === null) return;
  try {
    const reader = await ask(() => stripe.terminal.readers.retrieve(readerRef));
    if (isRefusal(reader)) return;
    const { action } = readerFact(reader);
    if (action?.status !== 'in_progress' || action.paymentRef !== request.paymentRef) return;
    await ask(() => stripe.terminal.readers.cancelAction(readerRef, {}, { idempotencyKey: `${request.key}-reader` }));
  } catch (error) {
    if (!(error instanceof ProcessorSilence)) throw error;
  }
}

function cancelIntent(stripe: Stripe, request: WithdrawRequest, round: number) {
  return askKeyed<Stripe.PaymentIntent>({
    key: `${request.key}-intent-${round}`,
    send: (options) =>
      stripe.paymentIntents.cancel(
        request.paymentRef,
        { cancellation_reason: 'requested_by_customer', expand },
        options,
      ),
    lookUp: async () => {
      const intent = await readIntent(stripe, request.paymentRef);
      return intent.status === 'canceled' ? intent : undefined;
    },
  });
}

function readIntent(stripe: Stripe, paymentRef: string): Promise<Stripe.PaymentIntent> {
  return demand(() => stripe.paymentIntents.retrieve(paymentRef, { expand }));
}
