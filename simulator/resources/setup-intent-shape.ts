import type { Stripe } from 'stripe';
import type { PaymentMethodRecord, SetupAttemptRecord, SetupIntentRecord } from '../records.ts';
import type { World } from '../world.ts';
import { authenticated } from './payment-method-shape.ts';

/** What a client may choose about a new SetupIntent. */
export interface NewSetup {
  customer: string | null;
  description: string | null;
  metadata: Record<string, string>;
  usage: string;
  types: string[];
  allowed: string[] | null;
  automatic: Stripe.SetupIntent.AutomaticPaymentMethods | null;
}

/** A fresh SetupIntent with all its keys. */
export function newSetupIntent(world: World, wish: NewSetup): SetupIntentRecord {
  const id = world.random.id('seti_1', 23);
  return {
    id,
    object: 'setup_intent',
    allowed_payment_method_types: wish.allowed,
    application: null,
    automatic_payment_methods: wish.automatic,
    cancellation_reason: null,
    client_secret: `${id}_secret_${world.random.id('', 30)}`,
    created: world.clock.nowSeconds(),
    customer: wish.customer,
    customer_account: null,
    description: wish.description,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata: wish.metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: wish.types,
    single_use_mandate: null,
    status: 'requires_payment_method',
    usage: wish.usage,
  };
}

/** One try at saving a card. */
export function newSetupAttempt(
  world: World,
  intent: SetupIntentRecord,
  method: PaymentMethodRecord,
): SetupAttemptRecord {
  return {
    id: world.random.id('setatt_1', 23),
    object: 'setup_attempt',
    application: null,
    created: world.clock.nowSeconds(),
    customer: intent.customer,
    customer_account: null,
    flow_directions: null,
    livemode: false,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_details: attemptDetails(method, false),
    setup_error: null,
    setup_intent: intent.id,
    status: 'requires_confirmation',
    usage: intent.usage,
  };
}

/** The card of a try, with the proof of who holds it once there is one. */
export function attemptDetails(
  { card }: PaymentMethodRecord,
  wasAuthenticated: boolean,
): Stripe.SetupAttempt.PaymentMethodDetails {
  if (card === undefined) throw new Error('a card is set up with a payment method of a card');
  return {
    type: 'card',
    card: {
      brand: card.brand,
      checks: card.checks,
      country: card.country,
      exp_month: card.exp_month,
      exp_year: card.exp_year,
      fingerprint: card.fingerprint ?? null,
      funding: card.funding,
      last4: card.last4,
      network: card.brand,
      three_d_secure: wasAuthenticated ? authenticated : null,
      wallet: null,
    },
  };
}
