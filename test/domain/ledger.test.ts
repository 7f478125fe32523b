import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  accountKinds,
  adjustmentsAccount,
  bankAccount,
  disputesReceivable,
  floorOf,
  memberAccount,
  normalSideOf,
  organisationAccount,
  payoutsInFlight,
  processorAccount,
  processorFeeExpense,
  settlementFeeIncome,
  storeCreditAccount,
  taxAccount,
  unmatchedAccount,
} from '../../src/domain/ledger-account.ts';
import { credit, debit, overdraftMinorOf, presentedDescription, transactionKinds } from '../../src/domain/ledger.ts';
import { InvariantViolation } from '../../src/domain/invariant.ts';
import { money } from '../../src/domain/money.ts';

describe('the chart of accounts', () => {
  it('names every account with its owner and, last, its currency', () => {
    const codes = [
      memberAccount('mem_1', 'AUD'),
      organisationAccount('org_1', 'AUD'),
      processorAccount('stripe', 'acct_1', 'AUD'),
      processorAccount('paystack', '4077', 'NGN'),
      storeCreditAccount('crd_1', 'AUD'),
      bankAccount('operating', 'EUR'),
      payoutsInFlight('AUD'),
      settlementFeeIncome('AUD'),
      taxAccount('AUD'),
      processorFeeExpense('AUD'),
      unmatchedAccount('AUD'),
      disputesReceivable('AUD'),
      adjustmentsAccount('AUD'),
    ].map((account) => account.code);
    expect(codes).toEqual([
      'member/mem_1/AUD',
      'organisation/org_1/AUD',
      'processor/stripe/acct_1/AUD',
      'processor/paystack/4077/NGN',
      'store-credit/crd_1/AUD',
      'bank/operating/EUR',
      'payouts-in-flight/AUD',
      'income/settlement-fee/AUD',
      'tax/AUD',
      'expense/processor-fee/AUD',
      'suspense/unmatched/AUD',
      'receivable/disputes/AUD',
      'adjustments/AUD',
    ]);
  });

  it.each(['', 'a/b', 'a b', 'é'])('refuses %j as an owner, whose code could be read as another account', (owner) => {
    expect(() => memberAccount(owner, 'AUD')).toThrow(InvariantViolation);
  });

  it('lets what we own and spend grow by debit, what we owe and earn by credit', () => {
    const sides = Object.keys(accountKinds).map((kind) => [kind, normalSideOf(kind as keyof typeof accountKinds)]);
    const byDebit = sides.filter(([, side]) => side === 'debit').map(([kind]) => kind);
    expect(byDebit).toEqual([
      'processor',
      'bank',
      'expense/processor-fee',
      'expense/dispute-loss',
      'expense/bad-debt',
      'receivable/disputes',
    ]);
  });

  it('gives a floor of zero to what its holder can spend, and to nothing else', () => {
    const kinds = Object.keys(accountKinds) as (keyof typeof accountKinds)[];
    expect(kinds.filter((kind) => floorOf(kind) !== null)).toEqual(['member', 'organisation', 'store-credit']);
    expect(floorOf('store-credit')).toBe(0);
  });
});

describe('a kind of transaction', () => {
  it('may overdraw only where the posting table says so', () => {
    const may = Object.entries(transactionKinds).filter(([, overdraft]) => overdraft !== 'never');
    expect(Object.fromEntries(may)).toEqual({
      'club-top-up-reversal-forced': 'allowed',
      'event-refund': 'limited',
      'refund-reserved': 'allowed',
      'refund-undone': 'allowed',
      'console-refund': 'allowed',
      'order-refund': 'allowed',
      'paid-at-source': 'allowed',
      'manual-settlement': 'allowed',
      'payout-given-up': 'allowed',
      adjustment: 'allowed',
      'dispute-lost': 'allowed',
      'write-off': 'allowed',
      'opening-balance': 'allowed',
      reversal: 'allowed',
    });
  });

  it('takes its limit from the transaction where it is limited', () => {
    expect(overdraftMinorOf({ kind: 'event-refund', overdraftLimitMinor: 5000 })).toBe(5000);
    expect(overdraftMinorOf({ kind: 'event-refund' })).toBe(0);
    expect(overdraftMinorOf({ kind: 'sale', overdraftLimitMinor: 5000 })).toBe(0);
    expect(overdraftMinorOf({ kind: 'adjustment' })).toBeNull();
  });
});

describe('a leg', () => {
  it('of zero is left out', () => {
    expect(debit(taxAccount('AUD'), money(0, 'AUD'), { type: 'Tax' })).toEqual([]);
    expect(credit(taxAccount('AUD'), money(1, 'AUD'), { type: 'Tax' })).toHaveLength(1);
  });
});

describe('a description', () => {
  it('is cut at 80 characters for a member, never through a character, and shown whole to all others', () => {
    const long = `${'x'.repeat(79)}🎾tail`;
    expect(presentedDescription({ kind: 'member' }, long)).toBe(`${'x'.repeat(79)}🎾`);
    expect(presentedDescription({ kind: 'organisation' }, long)).toBe(long);
  });
});

describe('docs/ledger.md', () => {
  const text = readFileSync(resolve(__dirname, '../../docs/ledger.md'), 'utf8');

  it('has a row for every kind of transaction and every kind of account', () => {
    expect(Object.keys(transactionKinds).filter((kind) => !text.includes(`| \`${kind}\``))).toEqual([]);
    expect(Object.keys(accountKinds).filter((kind) => !text.includes(`| \`${kind}/`))).toEqual([]);
  });
});
