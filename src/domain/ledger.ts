import type { Side, LedgerAccountRef } from './ledger-account.ts';
import type { Money } from './money.ts';

/**
 * Whether a kind may push an account below its floor (decisions D3): `limited` takes the limit from the transaction,
 * where the posting table says "down to a limit".
 */
export type Overdraft = 'never' | 'limited' | 'allowed';

/** The rows of the posting table (decisions 1), and whether each may overdraw. */
export const transactionKinds = {
  'card-in': 'never',
  payment: 'never',
  'organisation-transfer': 'never',
  'club-top-up': 'never',
  'club-top-up-reversal': 'never',
  'club-top-up-reversal-forced': 'allowed',
  'session-refund': 'never',
  'event-refund': 'limited',
  sale: 'never',
  'processor-fee': 'never',
  'refund-reserved-by-member': 'never',
  'refund-reserved': 'allowed',
  'refund-confirmed': 'never',
  'refund-undone': 'allowed',
  'console-refund': 'allowed',
  'store-credit-issued': 'never',
  'store-credit-expired': 'never',
  'order-refund': 'allowed',
  'paid-at-source': 'allowed',
  'destination-transfer': 'never',
  settlement: 'never',
  'manual-settlement': 'allowed',
  'payout-confirmed': 'never',
  'payout-returned': 'never',
  'payout-by-transfer': 'never',
  'payout-transfer-reversed': 'never',
  'payout-given-up': 'allowed',
  adjustment: 'allowed',
  'dispute-opened': 'never',
  'dispute-won': 'never',
  'dispute-lost': 'allowed',
  'write-off': 'allowed',
  'processor-payout': 'never',
  'processor-take-back': 'never',
  'late-money': 'never',
  'opening-balance': 'allowed',
  reversal: 'allowed',
} as const satisfies Record<string, Overdraft>;

/** What kind of business event a ledger transaction records. */
export type LedgerTransactionKind = keyof typeof transactionKinds;

/** What the holder of an account reads beside an entry (decisions D2; cobalt.md 1.9, and ours for the house's accounts). */
export type EntryType =
  | 'Sale'
  | 'Tip'
  | 'Card Payment'
  | 'CC Payment'
  | 'Manual Top Up'
  | 'Auto Top Up'
  | 'Club Top Up'
  | 'Club Top Up Rev'
  | 'Entry to an event'
  | 'Club Payment'
  | 'Club Membership'
  | 'Member Transfer'
  | 'Org Transfer'
  | 'Miscellaneous'
  | 'Settlement'
  | 'Settlement Fee'
  | 'Manual Adjustment'
  | 'Refund'
  | 'Card Refund'
  | 'Refund Fee'
  | 'Tax'
  | 'Processor Fee'
  | 'Store Credit'
  | 'Payout'
  | 'Late Payment'
  | 'Dispute'
  | 'Write-off'
  | 'Opening Balance';

/** Who stands on the other side of an entry, as its holder sees it. */
export type Counterparty =
  `${'member' | 'organisation' | 'processor' | 'bank' | 'administrator' | 'store-credit'}/${string}` | 'card';

/** One side of a transaction before it is posted. */
export interface Leg {
  readonly account: LedgerAccountRef;
  readonly side: Side;
  /** Above zero: legs of zero are left out (decisions D4). */
  readonly amount: Money;
  readonly type: EntryType;
  readonly counterparty: Counterparty | null;
}

/** Part or all of a hold that a transaction takes; what is left of the hold is released (design.md 4). */
export interface HoldConsumption {
  readonly holdOpKey: string;
  readonly amount: Money;
}

/** What a transaction belongs to; each is a column, so that it can be found from there. */
export interface LedgerLinks {
  readonly organisationId?: string;
  readonly memberId?: string;
  readonly saleId?: string;
  readonly refundId?: string;
  readonly payoutId?: string;
  readonly processorAccountId?: string;
  /** The provider's object behind it: a balance transaction, a charge, a refund. */
  readonly providerRef?: string;
  /** The op_key of the transaction that this one undoes. */
  readonly reverses?: string;
  /** Who decided it, where a person or key did. */
  readonly actor?: string;
}

/** A balanced set of entries for one business event, ready to be posted. Plain data. */
export interface NewLedgerTransaction {
  /** Says which event this is: posting it twice has one effect (at most 80 ASCII characters, decisions D42). */
  readonly opKey: string;
  readonly kind: LedgerTransactionKind;
  /** When it happened in the world, ISO 8601 UTC; shown only (decisions D6). */
  readonly occurredAt: string;
  /** Stored in full; member rows show its first 80 characters (decisions D2). */
  readonly description: string;
  readonly legs: readonly Leg[];
  readonly links?: LedgerLinks;
  readonly consumesHolds?: readonly HoldConsumption[];
  /** For kinds with a `limited` overdraft: how far below the floor they may go, in minor units. */
  readonly overdraftLimitMinor?: number;
}

/** Longest op_key, as the column holds it. */
export const opKeyLengthMax = 80;

/** Longest description that is stored. */
export const descriptionLengthMax = 500;

/** How much of a description a member's row shows (decisions D2, cobalt.md POST-06). */
export const memberDescriptionLengthMax = 80;

/** How far `kind` may push an account below its floor: null without limit, else minor units. */
export function overdraftMinorOf(
  transaction: Pick<NewLedgerTransaction, 'kind' | 'overdraftLimitMinor'>,
): number | null {
  const overdraft: Overdraft = transactionKinds[transaction.kind];
  if (overdraft === 'allowed') return null;
  return overdraft === 'limited' ? (transaction.overdraftLimitMinor ?? 0) : 0;
}

/**
 * The description as the holder of the account sees it: a member's rows show at most 80 characters (Unicode code
 * points, so that no character is cut in two), all others the whole text (decisions D2).
 */
export function presentedDescription(account: Pick<LedgerAccountRef, 'kind'>, description: string): string {
  if (account.kind !== 'member') return description;
  return Array.from(description).slice(0, memberDescriptionLengthMax).join('');
}

/** A debit of `account`, or no leg at all for zero (decisions D4). */
export function debit(account: LedgerAccountRef, amount: Money, label: LegLabel): Leg[] {
  return leg('debit', account, { amount, label });
}

/** A credit of `account`, or no leg at all for zero (decisions D4). */
export function credit(account: LedgerAccountRef, amount: Money, label: LegLabel): Leg[] {
  return leg('credit', account, { amount, label });
}

/** What the holder reads beside the amount. */
export interface LegLabel {
  readonly type: EntryType;
  readonly counterparty?: Counterparty | undefined;
}

function leg(side: Side, account: LedgerAccountRef, { amount, label }: { amount: Money; label: LegLabel }): Leg[] {
  if (amount.amountMinor === 0) return [];
  return [{ account, side, amount, type: label.type, counterparty: label.counterparty ?? null }];
}
