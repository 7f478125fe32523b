import type { Currency, Provider } from './currency.ts';
import { invariant } from './invariant.ts';

/** An account grows by entries on its normal side: debit for assets and expenses, credit for what we owe and earn. */
export type Side = 'debit' | 'credit';

/** What an account is for. The table below says on which side it grows and whether it has a floor. */
export type LedgerAccountKind = keyof typeof accountKinds;

export interface LedgerAccountFacts {
  readonly nature: 'asset' | 'liability' | 'income' | 'expense' | 'equity';
  /** Lowest balance that a kind which may not overdraw can leave behind; null: no floor (decisions D3). */
  readonly floorMinor: number | null;
}

/** The chart of accounts (decisions D1). Only what a holder can spend has a floor. */
export const accountKinds = {
  member: { nature: 'liability', floorMinor: 0 },
  organisation: { nature: 'liability', floorMinor: 0 },
  'store-credit': { nature: 'liability', floorMinor: 0 },
  processor: { nature: 'asset', floorMinor: null },
  bank: { nature: 'asset', floorMinor: null },
  'payouts-in-flight': { nature: 'liability', floorMinor: null },
  'refunds-in-flight': { nature: 'liability', floorMinor: null },
  'income/settlement-fee': { nature: 'income', floorMinor: null },
  'income/refund-fee': { nature: 'income', floorMinor: null },
  tax: { nature: 'liability', floorMinor: null },
  'expense/processor-fee': { nature: 'expense', floorMinor: null },
  'expense/dispute-loss': { nature: 'expense', floorMinor: null },
  'expense/bad-debt': { nature: 'expense', floorMinor: null },
  adjustments: { nature: 'equity', floorMinor: null },
  opening: { nature: 'equity', floorMinor: null },
  'suspense/unmatched': { nature: 'liability', floorMinor: null },
  'receivable/disputes': { nature: 'asset', floorMinor: null },
} as const satisfies Record<string, LedgerAccountFacts>;

/** A place where value sits: plain data that names the account and says all that its row must say when it is made. */
export interface LedgerAccountRef<C extends Currency = Currency> {
  /** Public, unique name; ends in the currency (decisions D1). */
  readonly code: string;
  readonly kind: LedgerAccountKind;
  readonly currency: C;
}

/** The side on which accounts of `kind` grow. */
export function normalSideOf(kind: LedgerAccountKind): Side {
  const { nature } = accountKinds[kind];
  return nature === 'asset' || nature === 'expense' ? 'debit' : 'credit';
}

/** The lowest balance of accounts of `kind`, in minor units; null where there is none. */
export function floorOf(kind: LedgerAccountKind): number | null {
  return accountKinds[kind].floorMinor;
}

/** What we owe a member. */
export function memberAccount<C extends Currency>(memberId: string, currency: C): LedgerAccountRef<C> {
  return account('member', [memberId], currency);
}

/** What we owe an organisation. */
export function organisationAccount<C extends Currency>(organisationId: string, currency: C): LedgerAccountRef<C> {
  return account('organisation', [organisationId], currency);
}

/** What is left of one store credit: one account per credit. */
export function storeCreditAccount<C extends Currency>(creditId: string, currency: C): LedgerAccountRef<C> {
  return account('store-credit', [creditId], currency);
}

/** What a processor holds for us; `externalRef` is the provider's own name of the account (Stripe's `acct_…`). */
export function processorAccount<C extends Currency>(
  provider: Provider,
  externalRef: string,
  currency: C,
): LedgerAccountRef<C> {
  return account('processor', [provider, externalRef], currency);
}

/** Money at a bank; `bankRef` names our own account there. */
export function bankAccount<C extends Currency>(bankRef: string, currency: C): LedgerAccountRef<C> {
  return account('bank', [bankRef], currency);
}

/** Payouts on their way to an organisation's bank. */
export function payoutsInFlight<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('payouts-in-flight', [], currency);
}

/** Refunds that are reserved and not yet confirmed. */
export function refundsInFlight<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('refunds-in-flight', [], currency);
}

/** Platform fees earned at settlement. */
export function settlementFeeIncome<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('income/settlement-fee', [], currency);
}

/** Fees kept from refunds. */
export function refundFeeIncome<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('income/refund-fee', [], currency);
}

/** Tax that we collected and owe. */
export function taxAccount<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('tax', [], currency);
}

/** What processors keep of what passes through them. */
export function processorFeeExpense<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('expense/processor-fee', [], currency);
}

/** Disputes lost and not recovered from anyone. */
export function disputeLossExpense<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('expense/dispute-loss', [], currency);
}

/** Balances given up as uncollectable. */
export function badDebtExpense<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('expense/bad-debt', [], currency);
}

/** The other side of adjustments by hand. */
export function adjustmentsAccount<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('adjustments', [], currency);
}

/** The other side of balances brought in from another system. */
export function openingAccount<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('opening', [], currency);
}

/** Money that arrived and whose owner is not known. */
export function unmatchedAccount<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('suspense/unmatched', [], currency);
}

/** What banks took back while a dispute is argued. */
export function disputesReceivable<C extends Currency>(currency: C): LedgerAccountRef<C> {
  return account('receivable/disputes', [], currency);
}

/** Longest account code, as the column holds it. */
export const accountCodeLengthMax = 160;

function account<C extends Currency>(
  kind: LedgerAccountKind,
  owner: readonly string[],
  currency: C,
): LedgerAccountRef<C> {
  const code = [kind, ...owner, currency].join('/');
  // A slash in an owner's id would let one owner's code collide with another's.
  const isWellFormed = owner.every((part) => /^[A-Za-z0-9_.:-]+$/.test(part)) && code.length <= accountCodeLengthMax;
  invariant(isWellFormed, `Not the owner of a ${kind} account: ${JSON.stringify(owner)}`);
  return { code, kind, currency };
}
