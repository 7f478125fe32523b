import type { Stripe } from 'stripe';
import type { OnlineCard } from '../online/online-cards.ts';
import type { PaymentMethodRecord } from '../records.ts';
import type { World } from '../world.ts';
import { blankBilling, fingerprint } from './card-shape.ts';

/** What is said of a card when it becomes a payment method. */
export interface CardWish {
  card: OnlineCard;
  expMonth: number;
  expYear: number;
  cvcGiven: boolean;
  billing: Partial<Stripe.PaymentMethod.BillingDetails>;
  metadata: Record<string, string>;
  allowRedisplay: string;
}

/** What a magic value becomes, and a number without more words. */
export const plainWish: Omit<CardWish, 'card'> = {
  expMonth: 12,
  expYear: 2034,
  cvcGiven: true,
  billing: {},
  metadata: {},
  allowRedisplay: 'unspecified',
};

/** A payment method of a card that somebody typed, with all its keys. */
export function newCardMethod(world: World, wish: CardWish): PaymentMethodRecord {
  return {
    id: world.random.id('pm_1', 23),
    object: 'payment_method',
    allow_redisplay: wish.allowRedisplay,
    billing_details: { ...blankBilling, ...wish.billing },
    card: cardFacts(wish),
    created: world.clock.nowSeconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: wish.metadata,
    type: 'card',
  };
}

export function cardFacts({
  card,
  expMonth,
  expYear,
  cvcGiven,
}: Pick<CardWish, 'card' | 'expMonth' | 'expYear' | 'cvcGiven'>): Stripe.PaymentMethod.Card {
  return {
    brand: card.brand,
    checks: {
      address_line1_check: null,
      address_postal_code_check: null,
      cvc_check: cvcGiven ? 'pass' : null,
    },
    country: card.country,
    display_brand: card.brand,
    exp_month: expMonth,
    exp_year: expYear,
    fingerprint: fingerprint(card.number),
    funding: card.funding,
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

/** What proving who pays leaves on a charge and on a set-up. */
export const authenticated = {
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  result: 'authenticated',
  result_reason: null,
  transaction_id: '3ds-simulated',
  version: '2.2.0',
} as const;

/** `payment_method_details` of an online charge. */
export function onlineChargeDetails(
  { card }: PaymentMethodRecord,
  charge: { amountMinor: number; approved: boolean; captureBefore: number | undefined; wasAuthenticated: boolean },
): Stripe.Charge.PaymentMethodDetails {
  if (card === undefined) throw new Error('an online charge needs a payment method of a card');
  const fingerprint = card.fingerprint ?? '';
  return {
    type: 'card',
    card: {
      ...(charge.approved
        ? { amount_authorized: charge.amountMinor, authorization_code: '123456' }
        : { amount_authorized: null, authorization_code: null }),
      ...{ brand: card.brand, checks: card.checks, country: card.country },
      ...(charge.captureBefore === undefined ? {} : { capture_before: charge.captureBefore }),
      ...(charge.wasAuthenticated
        ? { electronic_commerce_indicator: '05', three_d_secure: { ...authenticated, exemption_indicator: null } }
        : { electronic_commerce_indicator: null, three_d_secure: null }),
      ...{ exp_month: card.exp_month, exp_year: card.exp_year, fingerprint, funding: card.funding },
      ...{ last4: card.last4, network: card.brand },
      network_transaction_id: charge.approved ? `SIM${fingerprint.slice(-8)}` : null,
      overcapture: { maximum_amount_capturable: charge.amountMinor, ...notAvailable },
      ...notSimulated,
    },
  };
}

const notAvailable = { status: 'unavailable' };
const notSimulated = {
  extended_authorization: { status: 'disabled' },
  incremental_authorization: notAvailable,
  installments: null,
  mandate: null,
  multicapture: notAvailable,
  network_token: { used: false },
  regulated_status: 'unregulated',
  transaction_link_id: null,
  wallet: null,
};
