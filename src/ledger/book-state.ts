import type { Side } from '../domain/ledger-account.ts';
import type { PosterResult } from './poster-contract.ts';
import type { Rider, SqlValue } from './riders.ts';

/** What the locked rows say: all that an item is judged by. */
export interface BookState {
  /** The database's clock, read after the locks were taken (decisions D6). */
  readonly now: string;
  readonly accounts: Map<string, AccountState>;
  readonly posted: Map<string, PostedState>;
  readonly holds: Map<string, HoldState>;
  /** The rows that riders mean to update, by `riderKey`, with their version where it was asked for. */
  readonly riderRows: Map<string, number | null>;
}

/** An account's row; times as the database writes them. */
export interface AccountState {
  readonly id: number;
  readonly code: string;
  readonly currency: string;
  readonly normalSide: Side;
  readonly floorMinor: number | null;
  readonly balanceMinor: number;
  readonly heldMinor: number;
  readonly entryCount: number;
  readonly lastRecordedAt: string | null;
  readonly closedAt: string | null;
}

/** What stands in the book under an op_key. */
export interface PostedState {
  readonly id: string;
  readonly contentHash: string;
  readonly reference: string;
  readonly recordedAt: string;
}

export interface HoldState {
  readonly id: string;
  readonly opKey: string;
  readonly contentHash: string;
  readonly accountId: number;
  readonly amountMinor: number;
  readonly committedMinor: number;
  readonly state: 'placed' | 'committed' | 'released';
  readonly endedBy: string | null;
}

/** What an accepted item adds to the book. */
export interface BookChange {
  readonly accounts: readonly AccountState[];
  readonly posted?: { readonly opKey: string; readonly state: PostedState };
  readonly holds: readonly HoldState[];
  readonly transactionRow?: readonly SqlValue[];
  readonly entryRows: readonly (readonly SqlValue[])[];
  readonly placedHoldRows: readonly (readonly SqlValue[])[];
  /** When holds among `holds` ended, for their rows. */
  readonly endedAt: string | null;
}

/** The rows that riders update after an item: their versions, or `gone` where the key itself was changed. */
export type RiderAdvance = ReadonlyMap<string, number | null | 'gone'>;

/** What is to be done about an item. */
export interface Verdict {
  readonly result: PosterResult;
  /** Undefined for a replay and a refusal. */
  readonly change: BookChange | undefined;
  readonly riders: readonly Rider[];
  /** How the riders leave the rows they update. */
  readonly advance?: RiderAdvance;
}

/** Makes `verdict` part of `state`, so that the next item is judged by it. */
export function accept(state: BookState, { change, advance }: Verdict): void {
  if (change !== undefined) acceptChange(state, change);
  for (const [key, version] of advance ?? []) {
    if (version === 'gone') state.riderRows.delete(key);
    else state.riderRows.set(key, version);
  }
}

function acceptChange(state: BookState, change: BookChange): void {
  for (const account of change.accounts) state.accounts.set(account.code, account);
  for (const hold of change.holds) state.holds.set(hold.opKey, hold);
  if (change.posted !== undefined) state.posted.set(change.posted.opKey, change.posted.state);
}
