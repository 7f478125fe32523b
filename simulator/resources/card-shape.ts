import type { Stripe } from 'stripe';
import type { PaymentMethodRecord, ReadCard } from '../records.ts';
import type { TestCard } from '../test-cards.ts';
import type { World } from '../world.ts';

export const blankBilling = {
  address: { city: null, country: null, line1: null, line2: null, postal_code: null, state: null },
  email: null,
  name: null,
  phone: null,
  tax_id: null,
};

/** The facts of a card that every shape repeats. */
function facts(card: TestCard) {
  return {
    brand: card.brand,
    cardholder_name: null,
    country: card.country,
    description: `${card.brand} ${card.funding}`,
    exp_month: 12,
    exp_year: 2034,
    fingerprint: fingerprint(card.number),
    funding: card.funding,
    issuer: 'SIMULATED BANK',
    last4: card.number.slice(-4),
    preferred_locales: ['en'],
  };
}

/** The payment method Stripe makes of a card that was read. */
export function newPaymentMethod(world: World, read: ReadCard): PaymentMethodRecord {
  const { card } = read;
  const networks = { available: [card.brand], preferred: null };
  const present = { ...facts(card), networks, read_method: read.readMethod };
  return {
    id: world.random.id('pm_1', 23),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: blankBilling,
    created: world.clock.nowSeconds(),
    customer: null,
    customer_account: null,
    livemode: false,
    metadata: {},
    type: card.family,
    ...(card.family === 'card_present'
      ? { card_present: { ...present, brand_product: null, offline: null } }
      : { interac_present: present }),
  };
}

/** `payment_method_details` of a charge, the receipt's figures included (terminal.md 5.3). */
export function chargeDetails(
  read: ReadCard,
  charge: { amountMinor: number; approved: boolean; incremental: boolean; captureBefore: number | undefined },
): Stripe.Charge.PaymentMethodDetails {
  const common = {
    ...facts(read.card),
    emv_auth_data: null,
    generated_card: null,
    network: read.card.brand,
    network_transaction_id: charge.approved ? `SIM${fingerprint(read.card.number).slice(0, 8)}` : null,
    read_method: read.readMethod,
    reader: read.readerId,
    ...(read.location === null ? {} : { location: read.location }),
    receipt: receipt(read, charge.approved),
  };
  if (read.card.family === 'interac_present') {
    return {
      type: 'interac_present',
      interac_present: { ...common, receipt: { ...common.receipt, account_type: 'checking' } },
    };
  }
  return {
    type: 'card_present',
    card_present: {
      ...common,
      amount_authorized: charge.approved ? charge.amountMinor : null,
      brand_product: null,
      ...(charge.captureBefore === undefined ? {} : { capture_before: charge.captureBefore }),
      incremental_authorization_supported: charge.incremental,
      offline: null,
      overcapture_supported: false,
    },
  };
}

function receipt({ card, readMethod }: ReadCard, approved: boolean) {
  return {
    account_type: card.funding === 'credit' ? ('credit' as const) : ('checking' as const),
    application_cryptogram: 'CFED36DC2FB07F86',
    application_preferred_name: `${card.brand} ${card.funding}`.toUpperCase(),
    authorization_code: approved ? '123456' : null,
    authorization_response_code: approved ? '3030' : '3035',
    cardholder_verification_method: readMethod === 'contact_emv' ? 'offline_pin' : 'approval',
    dedicated_file_name: 'A0000000031010',
    terminal_verification_results: '0000000000',
    transaction_status_information: '0000',
  };
}

/** The same for the same card, and no digits of it (FNV-1a). */
export function fingerprint(number: string): string {
  let hash = 0x811c9dc5;
  for (const digit of number) hash = Math.imul(hash ^ digit.charCodeAt(0), 0x01000193);
  return `Sim${(hash >>> 0).toString(36).padStart(13, 'x')}`;
}
