import { describe, expect, it } from '@jest/globals';
import { parseCurrency } from '../../src/domain/currency.ts';
import { moneyBackAdvice, tellsOfMoneyBack } from '../../src/domain/payments/money-back-events.ts';
import { basisPoints, money } from '../../src/domain/money.ts';
import type { ProviderNews } from '../../src/domain/events/provider-events.ts';
import { refundParts } from '../../src/domain/payments/refund.ts';
import { refundObstacle, type RefundQuestion } from '../../src/domain/payments/refund-eligibility.ts';

const AUD = parseCurrency('AUD');
const minor = (amount: number, percent = 300) => {
  const { toCard, fee, tax } = refundParts(money(amount, AUD), basisPoints(percent));
  return [toCard.amountMinor, fee.amountMinor, tax.amountMinor];
};

describe('what the card gets of a refund', () => {
  it.each([
    // [whole, to the card, fee, tax inside the fee]
    [10_000, 9_700, 300, 27],
    [9_000, 8_730, 270, 25],
    [20_025, 19_424, 601, 55],
    [2_000, 1_940, 60, 5],
    [4_000, 3_880, 120, 11],
    [8_000, 7_760, 240, 22],
    [1, 1, 0, 0],
  ])('of %i is %i, half up to the cent, and the fee is the rest', (whole, toCard, fee, tax) => {
    expect(minor(whole)).toEqual([toCard, fee, tax]);
  });

  it('is all of it without a fee', () => {
    expect(minor(10_000, 0)).toEqual([10_000, 0, 0]);
  });
});

const captured = new Date('2026-06-01T10:00:00.000Z');
const good: RefundQuestion = {
  capturedMinor: 10_000,
  refundedMinor: 0,
  receiptUrl: 'https://receipt.example/1',
  balanceMinor: 10_000,
  capturedAt: captured,
  now: new Date('2026-06-02T10:00:00.000Z'),
  ageLimitWeeks: 12,
  processorAvailableMinor: 10_000,
};

describe('what stands against a refund', () => {
  it.each<[string, Partial<RefundQuestion>, string | null]>([
    ['nothing', {}, null],
    ['a card that was never charged', { capturedAt: null }, 'not_paid'],
    ['no receipt', { receiptUrl: null, refundedMinor: 10_000 }, 'no_receipt'],
    ['all given back', { refundedMinor: 10_000, balanceMinor: 0 }, 'already_refunded'],
    ['a balance one cent short', { balanceMinor: 9_999, processorAvailableMinor: 0 }, 'insufficient_funds'],
    ['a processor one cent short', { processorAvailableMinor: 9_999, ageLimitWeeks: 0 }, 'processor_short'],
    ['twelve weeks to the millisecond', { now: new Date('2026-08-24T10:00:00.000Z') }, 'too_old'],
    ['a millisecond less', { now: new Date('2026-08-24T09:59:59.999Z') }, null],
    ['only the rest counts', { refundedMinor: 3_000, balanceMinor: 7_000, processorAvailableMinor: 7_000 }, null],
  ])('%s', (_case, change, expected) => {
    expect(refundObstacle({ ...good, ...change })).toBe(expected);
  });
});

describe('the advice for an event of money that goes back', () => {
  const news = (refundStatus: string | null): ProviderNews => ({
    type: 'refund.updated',
    saleHint: null,
    topUpHint: null,
    payoutHint: null,
    memberHint: null,
    refundHint: 'rfd_01KAJ0000000000000000000AA',
    refundStatus,
    objectRefs: ['re_1'],
    requestKey: null,
    isReaderDecline: false,
    hasBalanceLine: false,
  });

  it('wakes an open refund of ours, compares when it was not ours, and when it did not last', () => {
    expect(moneyBackAdvice(news('succeeded'), 'pending').kind).toBe('signal');
    expect(moneyBackAdvice(news('succeeded'), null).kind).toBe('review');
    expect(moneyBackAdvice(news('failed'), 'succeeded').kind).toBe('review');
  });

  it('tells nothing that is known', () => {
    expect(moneyBackAdvice(news('succeeded'), 'succeeded').kind).toBe('observed');
    expect(moneyBackAdvice(news('pending'), 'succeeded').kind).toBe('observed');
    expect(moneyBackAdvice(news('failed'), 'failed').kind).toBe('observed');
  });

  it('is asked for of refunds and disputes, not of the charge, which tells the same again', () => {
    expect(['refund.failed', 'charge.dispute.created'].map((type) => tellsOfMoneyBack({ type }))).toEqual([true, true]);
    expect(tellsOfMoneyBack({ type: 'charge.refunded' })).toBe(false);
  });
});
