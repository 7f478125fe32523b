import { describe, expect, it } from '@jest/globals';
import { refundObstacle, type RefundCircumstances } from '../../src/domain/refund-eligibility.ts';

const now = new Date('2026-03-26T10:00:00Z');
const fine: RefundCircumstances = {
  capturedMinor: 10_000,
  refundedMinor: 0,
  receiptUrl: 'https://pay.example/receipts/1',
  balanceMinor: 15_000,
  capturedAt: new Date('2026-03-01T10:00:00Z'),
  now,
  ageLimitWeeks: 12,
};
const judged = (more: Partial<RefundCircumstances>) => refundObstacle({ ...fine, ...more });

describe('what stands against giving a member their card payment back', () => {
  it('is nothing when there is a receipt, the balance covers it and it is young', () => {
    expect(judged({})).toBeNull();
    expect(judged({ balanceMinor: 10_000 })).toBeNull();
  });

  it('is a balance that does not cover what is left, to the cent', () => {
    expect(judged({ balanceMinor: 9_999 })).toBe('insufficient_funds');
    expect(judged({ capturedMinor: 12_000, refundedMinor: 3_000, balanceMinor: 9_000 })).toBeNull();
    expect(judged({ capturedMinor: 12_000, refundedMinor: 3_000, balanceMinor: 8_999 })).toBe('insufficient_funds');
  });

  it('is its age from exactly twelve weeks on', () => {
    expect(judged({ capturedAt: new Date('2026-01-01T10:00:00.001Z') })).toBeNull();
    expect(judged({ capturedAt: new Date('2026-01-01T10:00:00.000Z') })).toBe('too_old');
    expect(judged({ capturedAt: new Date('2025-12-31T10:00:00.000Z') })).toBe('too_old');
  });

  it('is told in one order: receipt, refunded already, balance, age', () => {
    const old = new Date('2020-01-01T00:00:00Z');
    const worst = { receiptUrl: null, refundedMinor: 10_000, balanceMinor: -1, capturedAt: old };
    expect(judged(worst)).toBe('no_receipt');
    expect(judged({ ...worst, receiptUrl: 'https://x' })).toBe('already_refunded');
    expect(judged({ ...worst, receiptUrl: 'https://x', refundedMinor: 0 })).toBe('insufficient_funds');
    expect(judged({ capturedAt: old })).toBe('too_old');
  });
});
