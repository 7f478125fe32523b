/** How a bank tells what became of payouts. */
export type BankResultFormat = 'csv' | 'direct_entry' | 'json' | 'pain002';

/** What a bank says of one payment; by our reference, which names the payout and the attempt. */
export interface BankWord {
  readonly reference: string;
  readonly result: 'paid' | 'returned';
  readonly reason: string | null;
  /** Null where the bank’s file does not say. */
  readonly amountMinor: number | null;
}

/** What a bank says of a whole file of ours. */
export interface BankFileWord {
  readonly fileNo: number;
  readonly result: 'accepted' | 'rejected';
  readonly reason: string | null;
}

/** A bank’s file, read. */
export interface BankNews {
  readonly words: readonly BankWord[];
  readonly files: readonly BankFileWord[];
}

/**
 * What became of a word. `booked`: the payout moved. `known`: it said so before. `contradicts`: it cannot be so, a person
 * must look; nothing was booked. `pending`: still to be told.
 */
export type BankWordOutcome = 'booked' | 'known' | 'contradicts' | 'pending';

/** The message id of a SEPA file, and back. */
export const messageIdPrefix = 'TILLFLOW-';
