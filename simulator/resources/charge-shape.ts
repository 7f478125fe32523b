import type { Stripe } from 'stripe';
import type { ChargeRecord, IntentRecord } from '../records.ts';
import type { Decline } from '../declines.ts';
import type { World } from '../world.ts';
import { blankBilling } from './card-shape.ts';

const blank = {
  amount_captured: 0,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null,
  billing_details: blankBilling,
  captured: false,
  customer: null,
  disputed: false,
  failure_balance_transaction: null,
  failure_code: null,
  failure_message: null,
  fraud_details: {},
  livemode: false,
  on_behalf_of: null,
  receipt_email: null,
  receipt_number: null,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  transfer_data: null,
  transfer_group: null,
} as const;

/** What was presented for an intent, or typed, and what became of it. */
export interface ChargeFacts {
  intent: IntentRecord;
  paymentMethod: string;
  amountMinor: number;
  details: Stripe.Charge.PaymentMethodDetails;
  billing?: Stripe.Charge.BillingDetails;
  decline?: Decline;
}

/** A charge with all its keys: authorized, or refused by the issuer. */
export function newCharge(world: World, facts: ChargeFacts): ChargeRecord {
  const { intent, decline, amountMinor } = facts;
  const id = world.random.id('ch_3', 23);
  const approved = decline === undefined;
  return {
    id,
    object: 'charge',
    ...blank,
    amount: amountMinor,
    billing_details: facts.billing ?? blankBilling,
    calculated_statement_descriptor: 'TILLFLOW SIMULATOR',
    created: world.clock.nowSeconds(),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    ...(decline === undefined ? {} : { failure_code: decline.code, failure_message: decline.message }),
    metadata: { ...intent.metadata },
    outcome: approved ? authorized : refused(decline),
    paid: approved,
    payment_intent: intent.id,
    payment_method: facts.paymentMethod,
    payment_method_details: facts.details,
    receipt_email: intent.receipt_email,
    receipt_url: approved ? `https://pay.stripe.com/receipts/payment/${id}` : null,
    status: approved ? 'succeeded' : 'failed',
  };
}

const noAdvice = { advice_code: null, network_advice_code: null, network_decline_code: null };

const authorized = {
  ...noAdvice,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  seller_message: 'Payment complete.',
  type: 'authorized',
};

function refused(decline: Decline) {
  return {
    ...noAdvice,
    network_status: 'declined_by_network',
    reason: decline.declineCode,
    risk_level: 'normal',
    seller_message: 'The bank did not return any further details with this decline.',
    type: 'issuer_declined',
  };
}
