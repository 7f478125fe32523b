import type Stripe from 'stripe';
import type {
  CardPaymentFact,
  CardPort,
  OfferRequest,
  SavedChargeRequest,
  WebCard,
} from '../domain/cards/card-port.ts';
import { InvariantViolation } from '../domain/invariant.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { fromStripeAmount, toStripeAmount } from './stripe-amount.ts';
import { ask, askKeyed, demand, isRefusal, type StripeRefusal } from './stripe-errors.ts';

const expand = ['latest_charge'];

/**
 * Cards on the web through Stripe (cobalt.md 2.3, 2.18). Throws `ProcessorRefusal` when Stripe does not know the object
 * or the parameters, `ProcessorSilence` when it does not answer; a decline is part of the fact.
 */
export function createStripeCardGateway(stripe: Stripe): CardPort {
  const readPayment = (paymentRef: string): Promise<CardPaymentFact> => read(stripe, paymentRef);
  return {
    readPayment,
    offer: (request) => create(stripe, request, {}),
    chargeSaved: (request) => chargeSaved(stripe, request),
    withdraw: async ({ key, paymentRef }) => {
      // Whatever it says, what counts is what the payment is afterwards.
      await ask(() => stripe.paymentIntents.cancel(paymentRef, {}, { idempotencyKey: key }));
      return readPayment(paymentRef);
    },
  };
}

async function read(stripe: Stripe, paymentRef: string): Promise<CardPaymentFact> {
  return factOf(await demand(() => stripe.paymentIntents.retrieve(paymentRef, { expand })));
}

type Extra = Pick<Stripe.PaymentIntentCreateParams, 'customer' | 'payment_method' | 'off_session' | 'confirm'>;

async function create(stripe: Stripe, request: OfferRequest, extra: Extra): Promise<CardPaymentFact> {
  const answer = await send(stripe, request, extra);
  if (isRefusal(answer)) throw new ProcessorRefusal(answer.code, answer.message);
  return factOf(answer);
}

function send(stripe: Stripe, request: OfferRequest, extra: Extra): Promise<Stripe.PaymentIntent | StripeRefusal> {
  return askKeyed({
    key: request.key,
    send: (options) =>
      stripe.paymentIntents.create(
        {
          amount: toStripeAmount(request.amountMinor, request.currency),
          currency: request.currency.toLowerCase(),
          description: request.description,
          metadata: request.metadata,
          allowed_payment_method_types: ['card'],
          expand,
          ...extra,
        },
        options,
      ),
    lookUp: () => intentOf(stripe, request.metadata),
  });
}

/** Among the newest intents only: it is asked within the retries of the call that may have made it. */
async function intentOf(stripe: Stripe, metadata: OfferRequest['metadata']): Promise<Stripe.PaymentIntent | undefined> {
  const page = await demand(() => stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] }));
  return page.data.find((intent) => intent.metadata['top_up_id'] === metadata['top_up_id']);
}

/** A declined card is an answer: Stripe refuses the call and names the payment that it made all the same. */
async function chargeSaved(stripe: Stripe, request: SavedChargeRequest): Promise<CardPaymentFact> {
  const { customerRef: customer, paymentMethodRef: payment_method } = request;
  const extra = { customer, payment_method, off_session: true, confirm: true };
  const answer = await send(stripe, request, extra);
  if (!isRefusal(answer)) return factOf(answer);
  const made = await intentOf(stripe, request.metadata);
  if (made === undefined) throw new ProcessorRefusal(answer.code, answer.message);
  return factOf(made);
}

function factOf(intent: Stripe.PaymentIntent): CardPaymentFact {
  const paid = paidCharge(intent);
  const isCaptured = intent.status === 'succeeded';
  return {
    paymentRef: intent.id,
    status: statusOf(intent),
    currency: intent.currency.toUpperCase(),
    capturedMinor: isCaptured ? fromStripeAmount(intent.amount_received, intent.currency) : 0,
    chargeRef: paid?.id ?? null,
    card: cardOf(paid),
    receiptUrl: paid?.receipt_url ?? null,
    decline: declineOf(intent),
    needsAction: intent.status === 'requires_action',
  };
}

function paidCharge({ id, latest_charge: charge }: Stripe.PaymentIntent): Stripe.Charge | null {
  if (typeof charge === 'string') throw new InvariantViolation(`The charge of ${id} was not expanded.`);
  return charge?.status === 'failed' ? null : charge;
}

function statusOf({ id, status }: Stripe.PaymentIntent): CardPaymentFact['status'] {
  switch (status) {
    case 'requires_payment_method':
    case 'requires_confirmation':
    case 'requires_action':
      return 'awaiting';
    case 'processing':
      return 'pending';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'canceled';
    case 'requires_capture':
      throw new InvariantViolation(`${id} was not made for a manual capture.`);
    default:
      throw new InvariantViolation(`Unknown status of a PaymentIntent: ${status}`);
  }
}

function declineOf({ last_payment_error: error }: Stripe.PaymentIntent): CardPaymentFact['decline'] {
  if (error === null) return null;
  const code = error.code ?? error.type;
  return { code, declineCode: error.decline_code ?? null, message: error.message ?? code };
}

function cardOf(charge: Stripe.Charge | null): WebCard | null {
  const card = charge?.payment_method_details?.card;
  if (card === undefined) return null;
  return { brand: card.brand, last4: card.last4, expMonth: card.exp_month, expYear: card.exp_year };
}
