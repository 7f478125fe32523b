import { describe, expect, it } from '@jest/globals';
import type { PaymentFact, ReaderAction, ReaderFact } from '../../src/domain/counter/processor-port.ts';
import { needsReader, progressOf, type SaleStanding } from '../../src/domain/counter/sale-progress.ts';

const awaiting: SaleStanding = { state: 'awaiting_card', knownDeclines: new Set() };

describe('progressOf', () => {
  it('believes captured money whatever the reader shows', () => {
    expect(progressOf(awaiting, payment({ status: 'captured' }), idle())).toMatchObject({
      change: 'capture',
      outcome: 'approved',
    });
  });

  it('says which card was held', () => {
    const card = {
      brand: 'visa',
      last4: '4242',
      readMethod: 'contactless_emv',
      applicationId: null,
      authorizationCode: null,
      cardholderVerification: null,
    };
    expect(progressOf(awaiting, payment({ status: 'authorized', card }), null)).toMatchObject({
      change: 'authorize',
      why: 'visa 4242 contactless_emv',
    });
  });

  it('takes a decline for one of this attempt only when its charge is new', () => {
    const declined = payment({
      decline: { chargeRef: 'ch_1', code: 'card_declined', declineCode: 'insufficient_funds' },
    });
    expect(progressOf(awaiting, declined, null)).toMatchObject({
      change: 'decline',
      outcome: 'declined',
      declineCode: 'insufficient_funds',
    });
    const retried: SaleStanding = { state: 'awaiting_card', knownDeclines: new Set(['ch_1']) };
    expect(progressOf(retried, declined, showing({ status: 'in_progress' }))).toEqual({ change: 'none' });
  });

  it('goes on waiting while the reader still asks for the card', () => {
    expect(progressOf(awaiting, payment({}), showing({ status: 'in_progress' }))).toEqual({ change: 'none' });
  });

  it('finds that a time-out was false when the reader shows the payment', () => {
    const unknown: SaleStanding = { state: 'unresolved', knownDeclines: new Set() };
    expect(progressOf(unknown, payment({}), showing({ status: 'in_progress' }))).toMatchObject({
      change: 'acknowledge',
    });
  });

  it('ends the attempt when something else displaced it on the reader', () => {
    expect(progressOf(awaiting, payment({}), showing({ paymentRef: 'pi_other' }))).toMatchObject({
      change: 'decline',
      outcome: 'displaced',
    });
    expect(progressOf(awaiting, payment({}), idle())).toMatchObject({ change: 'decline', outcome: 'displaced' });
  });

  it('tells a customer who pressed cancel from a reader that gave up', () => {
    expect(
      progressOf(awaiting, payment({}), showing({ status: 'failed', failureCode: 'customer_canceled' })),
    ).toMatchObject({ outcome: 'customer_canceled' });
    expect(
      progressOf(awaiting, payment({}), showing({ status: 'failed', failureCode: 'connection_error' })),
    ).toMatchObject({ outcome: 'reader_error' });
  });

  it('leaves a declined sale declined while nobody retries', () => {
    const declined: SaleStanding = { state: 'declined', knownDeclines: new Set(['ch_1']) };
    expect(progressOf(declined, payment({}), idle())).toEqual({ change: 'none' });
  });

  it('calls a lapsed authorization expired and any other cancellation canceled', () => {
    const held: SaleStanding = { state: 'authorized', knownDeclines: new Set() };
    expect(progressOf(held, payment({ status: 'canceled' }), null)).toMatchObject({ change: 'expire' });
    expect(progressOf(awaiting, payment({ status: 'canceled' }), null)).toMatchObject({ change: 'cancel' });
  });

  it('asks for the reader only when the payment leaves a question open', () => {
    expect(needsReader(awaiting, payment({}))).toBe(true);
    expect(needsReader(awaiting, payment({ status: 'authorized' }))).toBe(false);
    expect(
      needsReader(awaiting, payment({ decline: { chargeRef: 'ch_1', code: 'card_declined', declineCode: null } })),
    ).toBe(false);
  });
});

function payment(given: Partial<PaymentFact>): PaymentFact {
  return {
    paymentRef: 'pi_1',
    status: 'awaiting_card',
    currency: 'AUD',
    amountMinor: 2500,
    authorizedMinor: 0,
    capturedMinor: 0,
    tipMinor: 0,
    chargeRef: null,
    decline: null,
    card: null,
    balance: null,
    captureBefore: null,
    ...given,
  };
}

function showing(given: Partial<ReaderAction>): ReaderFact {
  const action: ReaderAction = {
    kind: 'payment',
    status: 'in_progress',
    paymentRef: 'pi_1',
    failureCode: null,
    ...given,
  };
  return { readerRef: 'tmr_1', online: true, action };
}

function idle(): ReaderFact {
  return { readerRef: 'tmr_1', online: true, action: null };
}
