import type { Stripe } from 'stripe';
import type { IntentRecord } from '../records.ts';
import type { World } from '../world.ts';

/** Every key that is null or empty on a fresh intent: keys are never absent (terminal.md 5.1-8). */
const blank = {
  allowed_payment_method_types: null,
  amount_capturable: 0,
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  canceled_at: null,
  cancellation_reason: null,
  confirmation_method: 'automatic',
  customer: null,
  customer_account: null,
  description: null,
  excluded_payment_method_types: null,
  last_payment_error: null,
  latest_charge: null,
  livemode: false,
  managed_payments: null,
  next_action: null,
  on_behalf_of: null,
  payment_method: null,
  payment_method_configuration_details: null,
  payment_record: null,
  processing: null,
  receipt_email: null,
  review: null,
  setup_future_usage: null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: 'requires_payment_method',
  transfer_data: null,
  transfer_group: null,
} as const;

/** What a client may choose about a new intent. */
export interface NewIntent {
  amount: number;
  currency: string;
  captureMethod: string;
  allowed: Stripe.PaymentIntent.AllowedPaymentMethodType[] | null;
  types: string[];
  automatic: Stripe.PaymentIntent.AutomaticPaymentMethods | null;
  options: Stripe.PaymentIntent.PaymentMethodOptions;
  metadata: Record<string, string>;
}

/** A fresh PaymentIntent with all its keys. */
export function newIntent(world: World, wish: NewIntent): IntentRecord {
  const id = world.random.id('pi_3', 23);
  return {
    id,
    object: 'payment_intent',
    ...blank,
    allowed_payment_method_types: wish.allowed,
    amount: wish.amount,
    amount_details: { tip: {} },
    automatic_payment_methods: wish.automatic,
    capture_method: wish.captureMethod,
    client_secret: `${id}_secret_${world.random.id('', 25)}`,
    created: world.clock.nowSeconds(),
    currency: wish.currency,
    metadata: wish.metadata,
    payment_method_options: wish.options,
    payment_method_types: wish.types,
  };
}

/** True when the authorization is to be captured by a later call. */
export function isCapturedLater(intent: IntentRecord): boolean {
  return intent.capture_method === 'manual' || cardPresentCapture(intent) !== undefined;
}

/** `manual_preferred` takes the money at once where the card's network cannot wait, as with Interac. */
export function cardPresentCapture(intent: IntentRecord): string | undefined {
  return intent.payment_method_options?.card_present?.capture_method;
}
