import { describe, expect, it } from '@jest/globals';
import { compareBooks, withStatuses } from '../../src/domain/reconciliation/compare-books.ts';
import {
  partsOf,
  type BookClaim,
  type ObjectStatus,
  type ProviderLine,
} from '../../src/domain/reconciliation/reconciliation.ts';

const old = '2026-03-01T00:00:00.000Z';
const young = '2026-03-02T12:00:00.000Z';
const grace = { youngFrom: '2026-03-02T00:00:00.000Z' };

/** A charge of 10.00 with a fee of 0.22. */
const line = (more: Partial<ProviderLine> = {}): ProviderLine => ({
  ...{ lineRef: 'txn_1', sourceRef: 'ch_1', type: 'charge', currency: 'AUD', amountMinor: 1_000, feeMinor: 22 },
  ...{ createdAt: old, ...more },
});
const claim = (more: Partial<BookClaim> = {}): BookClaim => ({
  ...{ transactionId: 'ltx_1', opKey: 'sale-1-capture-1', kind: 'sale', providerRef: 'ch_1', currency: 'AUD' },
  ...{ amountMinor: 1_000, recordedAt: old, ...more },
});
const fee = (more: Partial<BookClaim> = {}): BookClaim =>
  claim({ transactionId: 'ltx_2', opKey: 'f', kind: 'processor-fee', providerRef: 'txn_1', amountMinor: -22, ...more });
const look = (lines: readonly ProviderLine[], claims: readonly BookClaim[]) =>
  compareBooks(lines.flatMap(partsOf), claims, grace).differences.map(({ kind, subject, theirsMinor, oursMinor }) => [
    ...[kind, subject, theirsMinor, oursMinor],
  ]);

describe("a processor's books against ours", () => {
  it('finds nothing where every line is one transaction and its fee another', () => {
    const compared = compareBooks(partsOf(line()), [claim(), fee()], grace);
    expect(compared.differences).toEqual([]);
    expect(compared.matches).toEqual([
      { lineRef: 'txn_1', transactionId: 'ltx_1', isFee: false },
      { lineRef: 'txn_1', transactionId: 'ltx_2', isFee: true },
    ]);
  });

  it.each<[string, ProviderLine[], BookClaim[], unknown[]]>([
    ['missing here', [line({ feeMinor: 0 })], [], ['missing_here', 'in:ch_1', 1_000, null]],
    ['missing there', [], [claim()], ['missing_there', 'in:ch_1', null, 1_000]],
    ['another amount', [line({ feeMinor: 0 })], [claim({ amountMinor: 999 })], ['amount', 'in:ch_1', 1_000, 999]],
    ['another currency', [line({ feeMinor: 0 })], [claim({ currency: 'USD' })], ['currency', 'in:ch_1', 1_000, 1_000]],
    ['another fee', [line()], [claim(), fee({ amountMinor: -23 })], ['fee', 'fee:txn_1', -22, -23]],
    ['a fee that is not booked', [line()], [claim()], ['fee', 'fee:txn_1', -22, null]],
    [
      'booked twice, the one that does not fit',
      [line({ feeMinor: 0 })],
      [claim({ transactionId: 'ltx_9', amountMinor: 900, kind: 'late-money' }), claim()],
      ['duplicate', 'in:ch_1#ltx_9', null, 900],
    ],
    [
      'moved twice there',
      [line({ feeMinor: 0 }), line({ lineRef: 'txn_2', feeMinor: 0 })],
      [claim()],
      ['duplicate', 'in:ch_1#txn_2', 1_000, null],
    ],
    ['too young there', [line({ feeMinor: 0, createdAt: young })], [], ['timing', 'in:ch_1', 1_000, null]],
    ['too young here', [], [claim({ recordedAt: young })], ['timing', 'in:ch_1', null, 1_000]],
  ])('tells %s, and nothing else', (_, lines, claims, expected) => {
    expect(look(lines, claims)).toEqual([expected]);
  });

  it('knows refunds, their return, disputes with their fee, payouts and fees by themselves', () => {
    const lines = [
      line({ lineRef: 'txn_a', sourceRef: 're_1', type: 'refund', amountMinor: -400, feeMinor: 0 }),
      line({ lineRef: 'txn_b', sourceRef: 're_1', type: 'refund_failure', amountMinor: 400, feeMinor: 0 }),
      line({ lineRef: 'txn_c', sourceRef: 'dp_1', type: 'adjustment', amountMinor: -1_000, feeMinor: 2_500 }),
      line({ lineRef: 'txn_d', sourceRef: 'po_1', type: 'payout', amountMinor: -700, feeMinor: 0 }),
      line({ lineRef: 'txn_e', sourceRef: 'po_1', type: 'payout_failure', amountMinor: 700, feeMinor: 0 }),
      line({ lineRef: 'txn_f', sourceRef: null, type: 'stripe_fee', amountMinor: -50, feeMinor: 0 }),
    ];
    const booked = (transactionId: string, kind: string, providerRef: string, amountMinor: number) =>
      claim({ transactionId, kind, providerRef, amountMinor });
    const claims = [
      booked('1', 'refund-confirmed', 're_1', -400),
      booked('2', 'refund-undone', 're_1', 400),
      booked('3', 'dispute-opened', 'txn_c', -3_500),
      booked('4', 'processor-payout', 'po_1', -700),
      booked('5', 'processor-take-back', 'po_1-failed', 700),
      booked('6', 'processor-fee', 'txn_f', -50),
      // Ours alone.
      booked('7', 'opening-balance', 'x', 5_000),
      booked('8', 'adjustment', 'y', -5_000),
    ];
    expect(look(lines, claims)).toEqual([]);
    const [, , ...most] = claims;
    expect(look(lines, most)).toEqual([
      ['missing_here', 'out:re_1', -400, null],
      ['missing_here', 'back:re_1', 400, null],
    ]);
  });

  it('tells a refund that failed there and stands here once, as a status and not as money', () => {
    const refund: ObjectStatus = {
      ...{ objectRef: 're_1', kind: 'refund', theirs: 'failed', ours: 'succeeded', createdAt: old },
    };
    const bounced = line({
      lineRef: 'txn_b',
      sourceRef: 're_1',
      type: 'refund_failure',
      amountMinor: 400,
      feeMinor: 0,
    });
    const { differences } = compareBooks(partsOf(bounced), [], grace);
    expect(withStatuses(differences, [refund], grace).map(({ kind, detail }) => [kind, detail])).toEqual([
      ['status', 'refund is failed there and succeeded here'],
    ]);
    expect(withStatuses([], [{ ...refund, ours: null }], grace)).toEqual([]);
    expect(withStatuses([], [{ ...refund, createdAt: young }], grace).map(({ kind }) => kind)).toEqual(['timing']);
  });
});
