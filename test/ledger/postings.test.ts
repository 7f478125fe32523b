import { describe, expect, it } from '@jest/globals';
import { InvariantViolation } from '../../src/domain/invariant.ts';
import type { NewLedgerTransaction } from '../../src/domain/ledger.ts';
import * as payment from '../../src/ledger/postings/payment.ts';
import * as processor from '../../src/ledger/postings/processor.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import { aud, stripe } from '../support/book.ts';
import { at, bookOfPlenty, provesRows, stripePlace, type PostingRow } from '../support/posting-rows.ts';

const plenty = bookOfPlenty();
const capture = {
  ...{ ...at, saleId: 'sal_1', captureNo: 1, organisationId: 'o1', currency: 'AUD' as const },
  cards: [{ processor: stripe(), amount: aud(2500) }],
};

const rows: readonly PostingRow[] = [
  [
    'sale by card',
    () => sale(capture),
    'sale-sal_1-capture-1',
    ['debit processor/stripe/acct_1 2500 Card Payment', 'credit organisation/o1 2500 Sale'],
  ],
  [
    'sale with a tip',
    () => sale({ ...capture, captureNo: 2, tip: aud(300) }),
    'sale-sal_1-capture-2',
    [
      'debit processor/stripe/acct_1 2500 Card Payment',
      'credit organisation/o1 2200 Sale',
      'credit organisation/o1 300 Tip',
    ],
  ],
  [
    'processor-fee',
    () => processor.processorFee({ ...at, processor: stripePlace, amount: aud(73), balanceTransactionRef: 'txn_1' }),
    'stripe-fee-txn_1',
    ['debit expense/processor-fee 73 Processor Fee', 'credit processor/stripe/acct_1 73 Processor Fee'],
  ],
  [
    'processor-fee given back',
    () => processor.processorFee({ ...at, processor: stripePlace, amount: aud(-73), balanceTransactionRef: 'txn_2' }),
    'stripe-fee-txn_2',
    ['credit expense/processor-fee 73 Processor Fee', 'debit processor/stripe/acct_1 73 Processor Fee'],
  ],
  [
    'card-in',
    () =>
      processor.cardIn({
        ...at,
        processor: stripePlace,
        amount: aud(5000),
        cardTransactionId: 'ctx_1',
        memberId: 'm1',
        type: 'Auto Top Up',
      }),
    'card-in-ctx_1',
    ['debit processor/stripe/acct_1 5000 Auto Top Up', 'credit member/m1 5000 Auto Top Up'],
  ],
  [
    'late money, owner known',
    () => processor.lateMoney({ ...at, processor: stripePlace, amount: aud(5000), chargeRef: 'ch_1', memberId: 'm1' }),
    'late-money-ch_1',
    ['debit processor/stripe/acct_1 5000 Late Payment', 'credit member/m1 5000 Late Payment'],
  ],
  [
    'late money, owner unknown',
    () => processor.lateMoney({ ...at, processor: stripePlace, amount: aud(5000), chargeRef: 'ch_2', memberId: null }),
    'late-money-ch_2',
    ['debit processor/stripe/acct_1 5000 Late Payment', 'credit suspense/unmatched 5000 Late Payment'],
  ],
  [
    'paid-at-source',
    () =>
      processor.paidAtSource({
        ...at,
        processor: stripePlace,
        amount: aud(900),
        organisationId: 'o1',
        providerRef: 'po_1',
      }),
    'paid-at-source-po_1',
    ['debit organisation/o1 900 Payout', 'credit processor/stripe/acct_1 900 Payout'],
  ],
  [
    'destination transfer',
    () =>
      processor.destinationTransfer({
        ...at,
        processor: stripePlace,
        amount: aud(900),
        organisationId: 'o1',
        providerRef: 'tr_1',
      }),
    'destination-transfer-tr_1',
    ['debit organisation/o1 900 Payout', 'credit processor/stripe/acct_1 900 Payout'],
  ],
  [
    'payment',
    () =>
      payment.payment({
        ...at,
        id: 'pay_1',
        amount: aud(800),
        memberId: 'm1',
        to: { kind: 'organisation', id: 'o1' },
        type: 'Club Payment',
      }),
    'payment-pay_1',
    ['debit member/m1 800 Club Payment', 'credit organisation/o1 800 Club Payment'],
  ],
  [
    'organisation-transfer',
    () =>
      payment.organisationTransfer({
        ...at,
        id: 'tra_1',
        amount: aud(800),
        organisationId: 'o1',
        to: { kind: 'member', id: 'm1' },
      }),
    'organisation-transfer-tra_1',
    ['debit organisation/o1 800 Member Transfer', 'credit member/m1 800 Org Transfer'],
  ],
  [
    'club-top-up',
    () =>
      payment.clubTopUp({
        ...at,
        id: 'top_1',
        amount: aud(800),
        organisationId: 'o1',
        to: { kind: 'member', id: 'm1' },
      }),
    'club-top-up-top_1',
    ['debit organisation/o1 800 Club Top Up', 'credit member/m1 800 Club Top Up'],
  ],
  [
    'club-top-up reversal',
    () => payment.clubTopUpReversal({ ...at, id: 'top_1', amount: aud(800), organisationId: 'o1', memberId: 'm1' }),
    'club-top-up-top_1-reversal',
    ['debit member/m1 800 Club Top Up Rev', 'credit organisation/o1 800 Club Top Up Rev'],
  ],
  [
    'session refund',
    () =>
      payment.sessionRefund({
        ...at,
        id: 'ses_1',
        organisationId: 'o1',
        currency: 'AUD',
        rows: [
          { memberId: 'm1', amount: aud(100) },
          { memberId: 'm2', amount: aud(250) },
        ],
      }),
    'session-refund-ses_1',
    ['debit organisation/o1 350 Refund', 'credit member/m1 100 Refund', 'credit member/m2 250 Refund'],
  ],
  [
    'event refund',
    () =>
      payment.eventRefund(
        { ...at, id: 'evt_1', organisationId: 'o1', currency: 'AUD', rows: [{ memberId: 'm1', amount: aud(100) }] },
        5000,
      ),
    'event-refund-evt_1',
    ['debit organisation/o1 100 Refund', 'credit member/m1 100 Refund'],
  ],
  [
    'store credit issued',
    () => payment.storeCreditIssued({ ...at, id: 'crd_1', amount: aud(500), organisationId: 'o1' }),
    'store-credit-crd_1-issued',
    ['debit organisation/o1 500 Store Credit', 'credit store-credit/crd_1 500 Store Credit'],
  ],
  [
    'store credit expired',
    () => payment.storeCreditExpired({ ...at, id: 'crd_1', amount: aud(200), organisationId: 'o1' }),
    'store-credit-crd_1-expired',
    ['debit store-credit/crd_1 200 Store Credit', 'credit organisation/o1 200 Store Credit'],
  ],
];

describe('the posting of', () => {
  provesRows(plenty, rows);

  it('a fee of zero is none', () => {
    const fee = { ...at, processor: stripePlace, amount: aud(0), balanceTransactionRef: 'txn_0' };
    expect(processor.processorFee(fee)).toBeNull();
  });

  it('a tip that exceeds what was paid is our own bug', () => {
    expect(() => sale({ ...capture, tip: aud(2501) })).toThrow(InvariantViolation);
  });

  it('who paid is named where there is one payer', () => {
    const seller = (transaction: NewLedgerTransaction) => transaction.legs.at(-1)?.counterparty;
    const held = { ownerId: 'm1', amount: aud(100), holdOpKey: 'h' };
    expect(seller(sale(capture))).toBe('card');
    expect(seller(sale({ ...capture, cards: [], members: [held] }))).toBe('member/m1');
    expect(seller(sale({ ...capture, members: [held] }))).toBeNull();
  });

  it('a forced reversal of a club top-up may overdraw, a plain one may not', () => {
    const reversal = { ...at, id: 'top_2', amount: aud(1), organisationId: 'o1', memberId: 'm1' };
    expect(payment.clubTopUpReversal(reversal).kind).toBe('club-top-up-reversal');
    expect(payment.clubTopUpReversal({ ...reversal, forced: true }).kind).toBe('club-top-up-reversal-forced');
  });
});
