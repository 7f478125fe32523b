import type Stripe from 'stripe';
import { InvariantViolation } from '../domain/invariant.ts';
import type { BalanceFact, CardFact, PaymentDecline, PaymentFact } from '../domain/counter/processor-port.ts';
import { fromStripeAmount } from './stripe-amount.ts';

/** What every read of a payment expands: its newest charge, and that charge's line in Stripe's ledger. */
export const paymentExpansion: string[] = ['latest_charge.balance_transaction'];

/** A card-present authorization lapses after two days when Stripe names no other moment (terminal.md 4.14). */
const authorizationLifeSeconds = 2 * 24 * 60 * 60;

/** A PaymentIntent, read with `paymentExpansion`, in our own words. Throws `InvariantViolation` for a status it does not know. */
export function paymentFact(intent: Stripe.PaymentIntent): PaymentFact {
  const charge = expandedCharge(intent);
  const money = (amount: number) => fromStripeAmount(amount, intent.currency);
  const paid = charge?.status === 'failed' ? null : charge;
  return {
    paymentRef: intent.id,
    status: statusOf(intent),
    currency: intent.currency.toUpperCase(),
    amountMinor: money(intent.amount),
    authorizedMinor: money(authorized(intent, paid)),
    capturedMinor: money(intent.status === 'succeeded' ? intent.amount_received : 0),
    tipMinor: money(intent.amount_details?.tip?.amount ?? 0),
    decline: declineOf(intent, charge),
    captureBefore: intent.status === 'requires_capture' ? captureBefore(paid) : null,
    ...chargeFacts(paid),
  };
}

/** What only a charge that was not declined can tell. */
function chargeFacts(paid: Stripe.Charge | null): Pick<PaymentFact, 'chargeRef' | 'card' | 'balance'> {
  if (paid === null) return { chargeRef: null, card: null, balance: null };
  return { chargeRef: paid.id, card: cardFact(paid), balance: balanceFact(paid) };
}

/** The charge's line in Stripe's own ledger, or null while Stripe has not made it. */
export function balanceFact(charge: Stripe.Charge): BalanceFact | null {
  const line = charge.balance_transaction;
  if (line === null || typeof line === 'string') return null;
  return {
    balanceTransactionRef: line.id,
    currency: line.currency.toUpperCase(),
    feeMinor: fromStripeAmount(line.fee, line.currency),
    netMinor: fromStripeAmount(line.net, line.currency),
  };
}

function statusOf(intent: Stripe.PaymentIntent): PaymentFact['status'] {
  switch (intent.status) {
    case 'requires_payment_method':
    case 'requires_confirmation':
    case 'requires_action':
      return 'awaiting_card';
    case 'processing':
      return 'processing';
    case 'requires_capture':
      return 'authorized';
    case 'succeeded':
      return 'captured';
    case 'canceled':
      return 'canceled';
    default:
      throw new InvariantViolation(`Unknown status of a PaymentIntent: ${intent.status}`);
  }
}

function authorized(intent: Stripe.PaymentIntent, paid: Stripe.Charge | null): number {
  if (intent.status === 'requires_capture') return intent.amount_capturable;
  return intent.status === 'succeeded' ? (paid?.amount ?? intent.amount_received) : 0;
}

function expandedCharge(intent: Stripe.PaymentIntent): Stripe.Charge | null {
  const charge = intent.latest_charge;
  if (typeof charge === 'string') throw new InvariantViolation(`The charge of ${intent.id} was not expanded.`);
  return charge;
}

/** Stripe names the failed charge in the error; where it does not, the newest charge is the one that failed. */
function declineOf(intent: Stripe.PaymentIntent, charge: Stripe.Charge | null): PaymentDecline | null {
  const error = intent.last_payment_error;
  if (error === null) return null;
  const failed = charge?.status === 'failed' ? charge.id : null;
  return { chargeRef: error.charge ?? failed, code: error.code ?? error.type, declineCode: error.decline_code ?? null };
}

function cardFact(charge: Stripe.Charge): CardFact | null {
  const card = charge.payment_method_details?.card_present ?? charge.payment_method_details?.interac_present;
  if (card === undefined) return null;
  const { brand, last4, read_method: readMethod } = card;
  return { brand, last4, readMethod, ...receiptFacts(card.receipt) };
}

type Receipt = Stripe.Charge.PaymentMethodDetails.CardPresent.Receipt;
type ReceiptFacts = Pick<CardFact, 'applicationId' | 'authorizationCode' | 'cardholderVerification'>;

function receiptFacts(
  receipt: Pick<Receipt, 'dedicated_file_name' | 'authorization_code' | 'cardholder_verification_method'> | null,
): ReceiptFacts {
  if (receipt === null) return { applicationId: null, authorizationCode: null, cardholderVerification: null };
  return {
    applicationId: receipt.dedicated_file_name,
    authorizationCode: receipt.authorization_code,
    cardholderVerification: receipt.cardholder_verification_method,
  };
}

function captureBefore(charge: Stripe.Charge | null): string | null {
  if (charge === null) return null;
  const named = charge.payment_method_details?.card_present?.capture_before;
  return new Date((named ?? charge.created + authorizationLifeSeconds) * 1_000).toISOString();
}
