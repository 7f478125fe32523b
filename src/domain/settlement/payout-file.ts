import type { BankAccount } from '../organisations/bank-account.ts';

/** One payout as a bank file names it. */
export interface PayoutFileEntry {
  /** What the bank gives back with its word on it; at most 18 characters, as direct entry has it. */
  readonly reference: string;
  readonly amountMinor: number;
  readonly account: BankAccount;
  readonly organisation: { readonly no: number; readonly name: string };
  /** What it was made of; null where nobody planned it, as for a settlement recorded by hand. */
  readonly plan: {
    readonly balanceMinor: number;
    readonly floatMinor: number;
    readonly settledMinor: number;
    readonly feeBp: number;
  } | null;
}

/** Who pays by direct entry, as the bank knows them (decisions D30). */
export interface DirectEntryOriginator {
  /** Three letters, such as `CBA`. */
  readonly bankAbbreviation: string;
  /** Six digits that the bank gave out. */
  readonly userId: string;
  readonly userName: string;
  /** What payees see. */
  readonly remitter: string;
  readonly description: string;
  /** Six digits. */
  readonly bsb: string;
  readonly accountNo: string;
  /** Whether the file ends with a debit of our own account over its total. */
  readonly isBalanced: boolean;
}

/** Who pays by SEPA credit transfer. */
export interface SepaOriginator {
  readonly name: string;
  readonly iban: string;
  readonly bic: string | null;
}

/** The account that payouts of a currency leave, and how files name it. */
export interface PayoutOriginator {
  /** Our own account in the book: `bank/<bankRef>/<currency>`. */
  readonly bankRef: string;
  readonly directEntry: DirectEntryOriginator | null;
  readonly sepa: SepaOriginator | null;
}

/** Originators by currency. */
export type PayoutOriginators = Readonly<Record<string, PayoutOriginator>>;

/** The account where none is configured. */
export const defaultBankRef = 'main';

/** What all formats are made from; the same content gives the same bytes (decisions D35). */
export interface PayoutFileContent {
  /** Ours, counted up: the names inside the file are made from it. */
  readonly fileNo: number;
  readonly currency: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** When the bank is to pay, `YYYY-MM-DD`. */
  readonly businessDay: string;
  readonly zone: string;
  /** Who asked for it. */
  readonly requester: string;
  readonly entries: readonly PayoutFileEntry[];
}

/** A payout’s name at the bank: unique for each attempt, and at most 18 characters. */
export function payoutReference(payoutNo: number, attemptNo: number): string {
  return `PO-${payoutNo}-${attemptNo}`;
}
