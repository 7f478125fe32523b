import { invariant } from '../domain/invariant.ts';
import type { LedgerHoldId, LedgerTransactionId } from '../domain/ids.ts';
import type { LedgerAccountRef } from '../domain/ledger-account.ts';
import type { NewLedgerTransaction } from '../domain/ledger.ts';
import { descriptionLengthMax, opKeyLengthMax } from '../domain/ledger.ts';
import { contentHashOf, holdContentHashOf } from './canonical.ts';
import type { Identity } from './identity.ts';
import type { HoldRelease, NewHold, PosterItem } from './poster-contract.ts';
import type { Rider, Riders } from './riders.ts';
import { databaseTime } from './sql-text.ts';

/**
 * An item with the names it will have in the book. They are made once, before the first attempt: finding them in the
 * book after a lost reply proves that our own attempt was committed.
 */
export type PreparedItem =
  | {
      readonly kind: 'post';
      readonly transaction: NewLedgerTransaction;
      readonly contentHash: string;
      readonly id: LedgerTransactionId;
      reference: string;
      readonly riders: Riders;
    }
  | {
      readonly kind: 'place';
      readonly hold: NewHold;
      readonly contentHash: string;
      readonly id: LedgerHoldId;
      readonly riders: Riders;
    }
  | { readonly kind: 'release'; readonly release: HoldRelease; readonly riders: Riders };

export type PreparedPosting = Extract<PreparedItem, { kind: 'post' }>;
export type PreparedHold = Extract<PreparedItem, { kind: 'place' }>;
export type PreparedRelease = Extract<PreparedItem, { kind: 'release' }>;

/** Names `item` and proves its form. Throws `InvariantViolation` for a malformed key, time or description. */
export function prepare(item: PosterItem, identity: Identity): PreparedItem {
  const riders = item.riders ?? {};
  switch (item.kind) {
    case 'post':
      assertOpKey(item.transaction.opKey);
      assertDescription(item.transaction.description);
      databaseTime(item.transaction.occurredAt);
      return {
        kind: 'post',
        transaction: item.transaction,
        contentHash: contentHashOf(item.transaction),
        id: identity.newTransactionId(),
        reference: identity.newReference(),
        riders,
      };
    case 'place':
      assertOpKey(item.hold.opKey);
      assertDescription(item.hold.description);
      if (item.hold.expiresAt !== undefined) databaseTime(item.hold.expiresAt);
      return {
        kind: 'place',
        hold: item.hold,
        contentHash: holdContentHashOf(item.hold),
        id: identity.newHoldId(),
        riders,
      };
    case 'release':
      assertOpKey(item.release.opKey);
      return { kind: 'release', release: item.release, riders };
  }
}

/** Every account that `item` touches. */
export function accountsOf(item: PreparedItem): readonly LedgerAccountRef[] {
  switch (item.kind) {
    case 'post':
      return item.transaction.legs.map((leg) => leg.account);
    case 'place':
      return [item.hold.account];
    case 'release':
      return [item.release.account];
  }
}

/** The op_keys of the holds that `item` places, consumes or releases. */
export function holdKeysOf(item: PreparedItem): readonly string[] {
  switch (item.kind) {
    case 'post':
      return (item.transaction.consumesHolds ?? []).map((consumption) => consumption.holdOpKey);
    case 'place':
      return [item.hold.opKey];
    case 'release':
      return [item.release.holdOpKey];
  }
}

/** All riders that `item` may come to apply. */
export function ridersOf(item: PreparedItem): readonly Rider[] {
  return [...(item.riders.onSuccess ?? []), ...(item.riders.onRefusal ?? [])];
}

function assertOpKey(opKey: string): void {
  invariant(opKey.length <= opKeyLengthMax && /^[\x21-\x7e]+$/.test(opKey), `Not an op_key: ${JSON.stringify(opKey)}`);
}

function assertDescription(description: string): void {
  const isShortEnough = Array.from(description).length <= descriptionLengthMax;
  invariant(isShortEnough, `A description has at most ${descriptionLengthMax} characters`);
}
