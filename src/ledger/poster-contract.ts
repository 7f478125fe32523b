import type { LedgerHoldId, LedgerTransactionId } from '../domain/ids.ts';
import type { LedgerAccountRef } from '../domain/ledger-account.ts';
import type { NewLedgerTransaction } from '../domain/ledger.ts';
import type { Money } from '../domain/money.ts';
import type { Riders } from './riders.ts';

/**
 * The only way into the book (decisions D39): transactions, holds, and the rows that must change with them. A refusal
 * is a value, per item. A thrown `PosterUnavailable` means that the outcome is not known: ask again with the same
 * op_key, which has one effect however often it is posted.
 */
export interface Poster {
  /** Posts one transaction, with riders that share its fate. */
  post(transaction: NewLedgerTransaction, riders?: Riders): Promise<PostingResult>;
  /**
   * An ordered group in one commit: each item sees what the earlier ones did, and may be refused without undoing them
   * (decisions D5). Answers in the order of the items.
   */
  postGroup(items: readonly PosterItem[]): Promise<readonly PosterResult[]>;
  /** Sets money of an account aside; `available` falls by it. It is committed by a transaction that consumes it. */
  placeHold(hold: NewHold, riders?: Riders): Promise<HoldResult>;
  /** Gives back all of a hold that was not committed. */
  releaseHold(release: HoldRelease, riders?: Riders): Promise<HoldResult>;
  /** Waits for what was taken, refuses what comes later, ends the connection. */
  close(): Promise<void>;
}

/** One thing to do, as `postGroup` takes it. */
export type PosterItem =
  | { readonly kind: 'post'; readonly transaction: NewLedgerTransaction; readonly riders?: Riders | undefined }
  | { readonly kind: 'place'; readonly hold: NewHold; readonly riders?: Riders | undefined }
  | { readonly kind: 'release'; readonly release: HoldRelease; readonly riders?: Riders | undefined };

/** Money of one account to be set aside. */
export interface NewHold {
  /** Unique among holds; placing twice has one effect (at most 80 ASCII characters). */
  readonly opKey: string;
  readonly account: LedgerAccountRef;
  /** Above zero, in the account's currency. */
  readonly amount: Money;
  readonly description: string;
  /** ISO 8601 UTC. Only says when the owner means to release it: the book never releases by time (decisions D43). */
  readonly expiresAt?: string | undefined;
}

/** The end of a hold without a transaction. */
export interface HoldRelease {
  readonly holdOpKey: string;
  /** The account that the hold is on. */
  readonly account: LedgerAccountRef;
  /** Unique name of this act: releasing twice has one effect. */
  readonly opKey: string;
}

export type PosterResult = PostingResult | HoldResult;

/** What became of a transaction. */
export type PostingResult =
  | {
      readonly kind: 'posted';
      readonly transactionId: LedgerTransactionId;
      /** 14 characters, unique, for people (decisions D2). */
      readonly reference: string;
      /** ISO 8601 UTC with microseconds: what balances and statements go by (decisions D6). */
      readonly recordedAt: string;
      /** An earlier call posted it; nothing was done now, no rider applied. */
      readonly replayed: boolean;
    }
  | Refusal;

/** What became of a hold. */
export type HoldResult =
  | { readonly kind: 'held'; readonly holdId: LedgerHoldId; readonly replayed: boolean }
  | { readonly kind: 'released'; readonly holdId: LedgerHoldId; readonly replayed: boolean }
  | Refusal;

/** Nothing moved. */
export interface Refusal {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** For logs and people; the code is what is branched on. */
  readonly detail: string;
  /** False when the riders for the refusal met a conflict, as they do when they were applied before. */
  readonly ridersApplied: boolean;
}

export type RefusalCode =
  /** The debit would leave less than the account's floor, holds counted. */
  | 'insufficient_funds'
  | 'account_closed'
  /** A leg or hold is in another currency than its account. */
  | 'currency_mismatch'
  /** Debits and credits differ in a currency, or there are no legs. */
  | 'unbalanced'
  /** The op_key was used for something else. */
  | 'op_key_conflict'
  /** Not a positive safe integer, or a balance would not be one. */
  | 'amount_invalid'
  /** A rider did not fit: a row is gone, has another version, or is there already. */
  | 'conflict'
  | 'hold_not_found'
  /** The hold was committed or released before. */
  | 'hold_ended'
  /** More is taken than is held, or than the transaction debits from the account. */
  | 'hold_exceeded';

/** The database did not answer, or kept refusing for reasons of its own: whether anything was done is not known. */
export class PosterUnavailable extends Error {
  override readonly name = 'PosterUnavailable';
}
