import { describe, expect, it } from '@jest/globals';
import { cardTransactionId } from '../../src/domain/ids.ts';
import { newId } from '../../src/entities/new-id.ts';
import { disputedRider, refundedRider } from '../../src/entities/payments/refund-changes.ts';

const card = {
  id: cardTransactionId(newId('cardTransaction')),
  refundedMinor: 2_500,
  disputedMinor: 1_000,
  version: 7,
};
const guarded = { update: 'card_transaction', key: { id: card.id }, expectedVersion: 7 };

describe('what went back of a card payment', () => {
  it('is counted on what was read, and only while nobody else has counted', () => {
    expect(refundedRider(card, 500)).toEqual({ ...guarded, set: { refunded_minor: 3_000 } });
    expect(refundedRider(card, -2_500)).toEqual({ ...guarded, set: { refunded_minor: 0 } });
    expect(disputedRider(card, 1_000)).toEqual({ ...guarded, set: { disputed_minor: 2_000 } });
  });
});
