import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import { InvariantViolation } from '../../src/domain/invariant.ts';
import { adviceFor, subscribedEventTypes } from '../../src/domain/events/provider-events.ts';
import { withoutClientSecrets } from '../../src/stripe/client-secrets.ts';
import { readNews } from '../../src/domain/events/provider-news.ts';
import type { PaymentFact } from '../../src/domain/counter/processor-port.ts';
import type { SaleState } from '../../src/domain/counter/sale.ts';
import { paymentFact } from '../../src/stripe/payment-fact.ts';

const folder = join(__dirname, 'fixtures');
const text = (name: string): string => readFileSync(join(folder, `${name}.json`), 'utf8');
const intent = (name: string): Stripe.PaymentIntent =>
  JSON.parse(text(`payment-intent.${name}`)) as Stripe.PaymentIntent;
const names = (prefix: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length, -'.json'.length));

describe('a PaymentIntent as Stripe writes it', () => {
  const card = {
    ...{ brand: 'visa', last4: '4242', readMethod: 'contactless_emv', applicationId: 'A0000000031010' },
    ...{ authorizationCode: '123456', cardholderVerification: 'approval' },
  };
  const nothing = {
    status: 'awaiting_card',
    authorizedMinor: 0,
    capturedMinor: 0,
    chargeRef: null,
    card: null,
    balance: null,
    decline: null,
    captureBefore: null,
  } as const;
  const expected: Record<string, Partial<PaymentFact>> = {
    requires_payment_method: nothing,
    requires_confirmation: nothing,
    requires_action: nothing,
    'requires_payment_method.declined': {
      ...nothing,
      decline: { chargeRef: 'ch_3TXaQLTack8kvaBMgOKXsTdO', code: 'card_declined', declineCode: 'generic_decline' },
    },
    processing: { ...nothing, status: 'processing' },
    canceled: { ...nothing, status: 'canceled' },
    requires_capture: {
      ...{ status: 'authorized', authorizedMinor: 2_500, capturedMinor: 0, decline: null, balance: null, card },
      ...{ chargeRef: 'ch_3vBXRZgzj4zVrKuUaxkXLOeG', captureBefore: '2026-11-23T05:09:34.000Z' },
    },
    succeeded: {
      ...{ status: 'captured', authorizedMinor: 2_500, capturedMinor: 2_000, card, captureBefore: null },
      balance: {
        balanceTransactionRef: 'txn_3OGkE70m4l7TrESLWwqDIJkC',
        currency: 'AUD',
        feeMinor: 39,
        netMinor: 1_961,
      },
    },
  };

  it.each(Object.keys(expected))('%s says what is held, taken and declined', (name) => {
    const fact = paymentFact(intent(name));
    expect(fact).toMatchObject(expected[name]!);
    expect(fact).toMatchObject({ amountMinor: 2_500, currency: 'AUD', tipMinor: 0 });
  });

  it('has a fixture for every status that we know', () => {
    expect(names('payment-intent.').sort()).toEqual(Object.keys(expected).sort());
  });

  it('in a status that we do not know is our bug, never a default', () => {
    const unknown = { ...intent('canceled'), status: 'partially_funded' };
    expect(() => paymentFact(unknown)).toThrow(InvariantViolation);
  });

  it('lapses after two days where Stripe names no other moment', () => {
    const authorized = structuredClone(intent('requires_capture'));
    const charge = authorized.latest_charge as Stripe.Charge;
    delete charge.payment_method_details?.card_present?.capture_before;
    const lapse = new Date((charge.created + 172_800) * 1_000).toISOString();
    expect(paymentFact(authorized).captureBefore).toBe(lapse);
  });

  it('declined without the name of its charge is told apart by the newest one', () => {
    const declined = structuredClone(intent('requires_payment_method.declined'));
    delete declined.last_payment_error?.charge;
    expect(paymentFact(declined).decline?.chargeRef).toBe('ch_3TXaQLTack8kvaBMgOKXsTdO');
  });
});

describe('an event as Stripe writes it', () => {
  // What becomes of each type when its sale stands as in the second column.
  it.each<[string, SaleState, string]>([
    ['payment_intent.amount_capturable_updated', 'awaiting_card', 'signal'],
    ['payment_intent.succeeded', 'awaiting_card', 'signal'],
    ['payment_intent.succeeded', 'capturing', 'observed'],
    ['payment_intent.payment_failed', 'awaiting_card', 'signal'],
    ['payment_intent.canceled', 'awaiting_card', 'signal'],
    ['terminal.reader.action_succeeded', 'awaiting_card', 'observed'],
    ['terminal.reader.action_failed.card_declined', 'awaiting_card', 'observed'],
    ['terminal.reader.action_failed.customer_canceled', 'awaiting_card', 'signal'],
    ['charge.succeeded', 'awaiting_card', 'observed'],
    ['charge.captured', 'captured', 'observed'],
    ['charge.failed', 'awaiting_card', 'observed'],
    ['charge.expired', 'authorized', 'observed'],
    ['charge.updated', 'posted', 'observed'],
    ['charge.refunded', 'posted', 'observed'],
    ['refund.created', 'posted', 'review'],
    ['refund.updated', 'posted', 'review'],
    ['refund.failed', 'posted', 'review'],
    ['charge.dispute.created', 'posted', 'review'],
    ['charge.dispute.closed', 'posted', 'review'],
    ['charge.dispute.funds_withdrawn', 'posted', 'review'],
    ['charge.dispute.funds_reinstated', 'posted', 'review'],
  ])('%s, the sale being %s: %s', (name, state, advice) => {
    const news = readNews(text(`event.${name}`));
    expect(adviceFor(news, state).kind).toBe(advice);
    expect(news.objectRefs.some((ref) => ref.startsWith('pi_'))).toBe(true);
  });

  it('that a card was saved names the member, and no secret of it is kept', () => {
    const body = text('event.setup_intent.succeeded');
    expect(readNews(body)).toMatchObject({ memberHint: 'mem_01KAJ0000000000000000000AA', saleHint: null });
    expect(body).toContain('client_secret');
    expect(withoutClientSecrets(body)).not.toContain('secret');
  });

  it('has a fixture for every type that we subscribe to [F11]', () => {
    const types = new Set(names('event.').map((name) => name.replace(/(action_failed)\..*/, '$1')));
    expect([...types].sort()).toEqual([...subscribedEventTypes].sort());
  });
});
