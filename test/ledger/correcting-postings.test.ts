import { describe, expect, it } from '@jest/globals';
import { compareBooks } from '../../src/domain/reconciliation/compare-books.ts';
import { DomainError } from '../../src/domain/errors.ts';
import { InvariantViolation } from '../../src/domain/invariant.ts';
import { partsOf } from '../../src/domain/reconciliation/reconciliation.ts';
import { readClaimsBy, readPlaceAccounts } from '../../src/ledger/claims.read.ts';
import { readTransactions } from '../../src/ledger/transactions.read.ts';
import * as correction from '../../src/ledger/postings/correction.ts';
import * as refund from '../../src/ledger/postings/refund.ts';
import { reversalOf } from '../../src/ledger/postings/reversal.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import * as settlement from '../../src/ledger/postings/settlement.ts';
import { aud, member, noon, organisation, posted, stripe } from '../support/book.ts';
import { at, bookOfPlenty, provesRows, stripePlace, type PostingRow } from '../support/posting-rows.ts';

const plenty = bookOfPlenty();
const m1 = { kind: 'member', memberId: 'm1' } as const;
const o1 = { kind: 'organisation', organisationId: 'o1' } as const;

const rows: readonly PostingRow[] = [
  [
    'refund-reserved of a sale',
    () => refund.refundReserved({ ...at, refundId: 'rfd_1', source: o1, amount: aud(700), requestedBy: 'sale' }),
    'refund-rfd_1-reserved',
    ['debit organisation/o1 700 Card Refund', 'credit refunds-in-flight 700 Card Refund'],
  ],
  [
    'refund-reserved by a member',
    () => refund.refundReserved({ ...at, refundId: 'rfd_2', source: m1, amount: aud(1000), requestedBy: 'member' }),
    'refund-rfd_2-reserved',
    ['debit member/m1 1000 Card Refund', 'credit refunds-in-flight 1000 Card Refund'],
  ],
  [
    'refund-confirmed with fee and tax',
    () =>
      refund.refundConfirmed({
        ...at,
        refundId: 'rfd_2',
        processor: stripePlace,
        amount: aud(1000),
        fee: aud(30),
        tax: aud(3),
      }),
    'refund-rfd_2-confirmed',
    [
      'debit refunds-in-flight 1000 Card Refund',
      'credit processor/stripe/acct_1 970 Card Refund',
      'credit income/refund-fee 27 Refund Fee',
      'credit tax 3 Tax',
    ],
  ],
  [
    'refund-confirmed without fee',
    () => refund.refundConfirmed({ ...at, refundId: 'rfd_1', processor: stripePlace, amount: aud(700) }),
    'refund-rfd_1-confirmed',
    ['debit refunds-in-flight 700 Card Refund', 'credit processor/stripe/acct_1 700 Card Refund'],
  ],
  [
    'console-refund',
    () => refund.consoleRefund({ ...at, providerRef: 're_1', source: m1, processor: stripePlace, amount: aud(400) }),
    'console-refund-re_1',
    ['debit member/m1 400 Card Refund', 'credit processor/stripe/acct_1 400 Card Refund'],
  ],
  [
    'order refund to the credit it came from',
    () =>
      refund.orderRefund({
        ...at,
        refundId: 'rfd_3',
        organisationId: 'o1',
        amount: aud(300),
        to: { kind: 'store-credit', ownerId: 'crd_1' },
      }),
    'order-refund-rfd_3',
    ['debit organisation/o1 300 Refund', 'credit store-credit/crd_1 300 Refund'],
  ],
  [
    'settlement',
    () =>
      settlement.settlement({
        ...at,
        runId: 'run_1',
        organisationId: 'o1',
        payoutId: 'pyt_1',
        currency: 'AUD',
        payout: aud(9700),
        fee: aud(273),
        tax: aud(27),
      }),
    'settlement-run_1-o1-AUD',
    [
      'debit organisation/o1 10000 Settlement',
      'credit payouts-in-flight 9700 Settlement',
      'credit income/settlement-fee 273 Settlement Fee',
      'credit tax 27 Tax',
    ],
  ],
  [
    'manual-settlement',
    () =>
      settlement.manualSettlement({
        ...at,
        organisationId: 'o1',
        payoutId: 'pyt_2',
        currency: 'AUD',
        payout: aud(100),
        fee: aud(0),
        tax: aud(0),
      }),
    'manual-settlement-pyt_2',
    ['debit organisation/o1 100 Settlement', 'credit payouts-in-flight 100 Settlement'],
  ],
  [
    'payout-confirmed',
    () =>
      settlement.payoutConfirmed({
        ...at,
        payoutId: 'pyt_1',
        attemptNo: 2,
        organisationId: 'o1',
        amount: aud(9700),
        bankRef: 'operating',
      }),
    'payout-pyt_1-confirmed-2',
    ['debit payouts-in-flight 9700 Payout', 'credit bank/operating 9700 Payout'],
  ],
  [
    'payout returned later',
    () =>
      settlement.payoutReturned({
        ...at,
        payoutId: 'pyt_1',
        attemptNo: 1,
        organisationId: 'o1',
        amount: aud(9700),
        bankRef: 'operating',
      }),
    'payout-pyt_1-returned-1',
    ['debit bank/operating 9700 Payout', 'credit payouts-in-flight 9700 Payout'],
  ],
  [
    'payout by transfer',
    () =>
      settlement.payoutByTransfer({
        ...at,
        payoutId: 'pyt_1',
        attemptNo: 2,
        organisationId: 'o1',
        amount: aud(9700),
        processor: stripePlace,
        processorAccountId: 'pac_1',
        providerRef: 'tr_1',
      }),
    'payout-pyt_1-transferred-2',
    ['debit payouts-in-flight 9700 Payout', 'credit processor/stripe/acct_1 9700 Payout'],
  ],
  [
    'payout by transfer that was taken back',
    () =>
      settlement.payoutTransferReversed({
        ...at,
        payoutId: 'pyt_1',
        attemptNo: 2,
        organisationId: 'o1',
        amount: aud(9700),
        processor: stripePlace,
        processorAccountId: 'pac_1',
        providerRef: 'trr_1',
        reversalNo: 3,
      }),
    'payout-pyt_1-transfer-reversed-2-3',
    ['debit processor/stripe/acct_1 9700 Payout', 'credit payouts-in-flight 9700 Payout'],
  ],
  [
    'processor pays us out',
    () =>
      settlement.processorPayout({
        ...at,
        processor: stripePlace,
        providerRef: 'po_2',
        bankRef: 'operating',
        amount: aud(600),
      }),
    'processor-payout-po_2',
    ['debit bank/operating 600 Payout', 'credit processor/stripe/acct_1 600 Payout'],
  ],
  [
    'processor takes back',
    () =>
      settlement.processorTakeBack({
        ...at,
        processor: stripePlace,
        providerRef: 'po_3',
        bankRef: 'operating',
        amount: aud(600),
      }),
    'processor-take-back-po_3',
    ['debit processor/stripe/acct_1 600 Payout', 'credit bank/operating 600 Payout'],
  ],
  [
    'adjustment to the holder',
    () => correction.adjustment({ ...at, id: 'adj_1', account: member('m1'), amount: aud(50), actor: 'usr_1' }),
    'adjustment-adj_1',
    ['debit adjustments 50 Manual Adjustment', 'credit member/m1 50 Manual Adjustment'],
  ],
  [
    'adjustment from the holder',
    () => correction.adjustment({ ...at, id: 'adj_2', account: member('m1'), amount: aud(-50), actor: 'usr_1' }),
    'adjustment-adj_2',
    ['debit member/m1 50 Manual Adjustment', 'credit adjustments 50 Manual Adjustment'],
  ],
  [
    'adjustment of an asset',
    () => correction.adjustment({ ...at, id: 'adj_3', account: stripe(), amount: aud(50), actor: 'usr_1' }),
    'adjustment-adj_3',
    ['debit processor/stripe/acct_1 50 Manual Adjustment', 'credit adjustments 50 Manual Adjustment'],
  ],
  [
    'opening balance',
    () =>
      correction.openingBalance({ ...at, id: 'opn_1', account: organisation('o1'), amount: aud(50), actor: 'usr_1' }),
    'opening-balance-opn_1',
    ['debit opening 50 Opening Balance', 'credit organisation/o1 50 Opening Balance'],
  ],
  [
    'dispute-opened',
    () =>
      correction.disputeOpened({
        ...at,
        processor: stripePlace,
        balanceTransactionRef: 'txn_3',
        amount: aud(2500),
        fee: aud(2500),
      }),
    'dispute-opened-txn_3',
    [
      'debit receivable/disputes 2500 Dispute',
      'debit expense/processor-fee 2500 Dispute',
      'credit processor/stripe/acct_1 5000 Dispute',
    ],
  ],
  [
    'dispute-won',
    () =>
      correction.disputeWon({
        ...at,
        processor: stripePlace,
        balanceTransactionRef: 'txn_4',
        amount: aud(2500),
        fee: aud(0),
      }),
    'dispute-won-txn_4',
    ['debit processor/stripe/acct_1 2500 Dispute', 'credit receivable/disputes 2500 Dispute'],
  ],
  [
    'dispute-lost',
    () =>
      correction.disputeLost({
        ...at,
        disputeRef: 'dp_1',
        holder: { kind: 'organisation', id: 'o1' },
        amount: aud(2500),
      }),
    'dispute-lost-dp_1',
    ['debit organisation/o1 2500 Dispute', 'credit receivable/disputes 2500 Dispute'],
  ],
  [
    'write-off',
    () =>
      correction.writeOff({
        ...at,
        id: 'wof_1',
        account: member('m2'),
        amount: aud(10),
        as: 'bad-debt',
        actor: 'usr_1',
      }),
    'write-off-wof_1',
    ['debit expense/bad-debt 10 Write-off', 'credit member/m2 10 Write-off'],
  ],
];

describe('the posting of', () => {
  provesRows(plenty, rows);

  it('a correction of zero is refused', () => {
    const nothing = { ...at, id: 'adj_0', account: member('m1'), amount: aud(0), actor: 'usr_1' };
    expect(() => correction.adjustment(nothing)).toThrow(DomainError);
  });

  it('a fee that exceeds its refund is our own bug', () => {
    const refunded = { ...at, refundId: 'rfd_9', processor: stripePlace, amount: aud(100), fee: aud(101) };
    expect(() => refund.refundConfirmed(refunded)).toThrow(InvariantViolation);
  });
});

describe('what is undone', () => {
  it('brings back every balance that the posted transaction had changed', async () => {
    const balances = async () =>
      [await plenty.book.account(organisation('o1')), await plenty.book.account(stripe())].map((one) => one?.balance);
    const before = await balances();
    const { transactionId } = posted(
      await plenty.book.poster.post(
        sale({
          ...at,
          saleId: 'sal_2',
          captureNo: 1,
          organisationId: 'o1',
          currency: 'AUD',
          cards: [{ processor: stripe(), amount: aud(2500) }],
          tip: aud(300),
        }),
      ),
    );
    const [original] = await readTransactions(plenty.book.reader, { by: 'id', value: transactionId });
    const undone = reversalOf(original!, { occurredAt: noon, description: 'Wrong site', actor: 'usr_1' });
    expect(undone).toMatchObject({
      opKey: 'sale-sal_2-capture-1-reversal',
      kind: 'reversal',
      description: 'Wrong site',
    });
    expect(undone.links).toMatchObject({ reverses: 'sale-sal_2-capture-1', saleId: 'sal_2', actor: 'usr_1' });
    posted(await plenty.book.poster.post(undone));
    expect(await balances()).toEqual(before);
  });

  it('of a refund that failed late is all that was posted for it, fee and tax included', async () => {
    const accounts = [
      'member/m1/AUD',
      'refunds-in-flight/AUD',
      'processor/stripe/acct_1/AUD',
      'income/refund-fee/AUD',
      'tax/AUD',
    ];
    const balances = () =>
      plenty.book.database.query(
        'SELECT code, balance_minor FROM ledger_account WHERE code IN (?,?,?,?,?) ORDER BY code',
        accounts,
      );
    const before = await balances();
    const reserved = refund.refundReserved({
      ...at,
      refundId: 'rfd_4',
      source: m1,
      amount: aud(1000),
      requestedBy: 'member',
    });
    const confirmed = refund.refundConfirmed({
      ...at,
      refundId: 'rfd_4',
      processor: stripePlace,
      amount: aud(1000),
      fee: aud(30),
      tax: aud(3),
    });
    posted(await plenty.book.poster.post(reserved));
    posted(await plenty.book.poster.post(confirmed));
    const standing = [
      ...(await readTransactions(plenty.book.reader, { by: 'op_key', value: reserved.opKey })),
      ...(await readTransactions(plenty.book.reader, { by: 'op_key', value: confirmed.opKey })),
    ];
    const undone = refund.refundUndone({ ...at, refundId: 'rfd_4', posted: standing });
    expect(undone.opKey).toBe('refund-rfd_4-undone');
    posted(await plenty.book.poster.post(undone));
    expect(await balances()).toEqual(before);
  });

  it('of a payout that is given up is the whole settlement', async () => {
    const settled = settlement.settlement({
      ...{ ...at, runId: 'run_2', organisationId: 'o1', payoutId: 'pyt_3', currency: 'AUD' },
      ...{ payout: aud(970), fee: aud(27), tax: aud(3) },
    });
    const before = await plenty.book.account(organisation('o1'));
    posted(await plenty.book.poster.post(settled));
    posted(await plenty.book.poster.post(settlement.payoutGivenUp(settled, { ...at, payoutId: 'pyt_3' })));
    expect(await plenty.book.account(organisation('o1'))).toMatchObject({ balance: before!.balance });
  });
});

describe('a payout by transfer', () => {
  it("is found in the processor's books by its transfer", async () => {
    const transfer = settlement.payoutByTransfer({
      ...{ ...at, payoutId: 'pyt_4', attemptNo: 1, organisationId: 'o1' },
      ...{ amount: aud(410), processor: stripePlace, providerRef: 'tr_4', processorAccountId: 'pac_1' },
    });
    posted(await plenty.book.poster.post(transfer));
    const place = await readPlaceAccounts(plenty.book.reader, 'processor/stripe/acct_1/');
    const claims = await readClaimsBy(plenty.book.reader, place, { column: 'provider_ref', values: ['tr_4'] });
    const line = { lineRef: 'txn_4', sourceRef: 'tr_4', type: 'transfer', currency: 'AUD', createdAt: noon };
    const parts = partsOf({ ...line, amountMinor: -410, feeMinor: 0 });
    const compared = compareBooks(parts, claims, { youngFrom: '2027-01-01T00:00:00.000Z' });
    expect(compared.differences).toEqual([]);
    expect(compared.matches.map(({ lineRef }) => lineRef)).toEqual(['txn_4']);
  });
});
