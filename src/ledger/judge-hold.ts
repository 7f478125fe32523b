import { invariant } from '../domain/invariant.ts';
import { ledgerHoldId } from '../domain/ids.ts';
import type { AccountState, BookState, HoldState, Verdict } from './book-state.ts';
import type { NewHold } from './poster-contract.ts';
import type { PreparedHold, PreparedRelease } from './prepared-item.ts';
import { refused } from './refusal.ts';
import type { SqlValue } from './riders.ts';
import { databaseTime } from './sql-text.ts';

/** Decides a new hold: `available = balance - held` must stay at the floor or above (decisions D3). */
export function judgePlacing(item: PreparedHold, state: BookState): Verdict {
  const { hold } = item;
  const known = state.holds.get(hold.opKey);
  if (known !== undefined) return judgeKnown(item, known);
  const account = lockedAccount(state, hold.account.code);
  const objection = objectionTo(hold, account);
  if (objection !== null) return objection;

  const placed: HoldState = {
    id: item.id,
    opKey: hold.opKey,
    contentHash: item.contentHash,
    accountId: account.id,
    amountMinor: hold.amount.amountMinor,
    committedMinor: 0,
    state: 'placed',
    endedBy: null,
  };
  return {
    result: { kind: 'held', holdId: item.id, replayed: false },
    riders: item.riders.onSuccess ?? [],
    change: {
      accounts: [{ ...account, heldMinor: account.heldMinor + hold.amount.amountMinor }],
      holds: [placed],
      endedAt: null,
      entryRows: [],
      placedHoldRows: [placedRow(placed, hold, state.now)],
    },
  };
}

/** Decides the release of a hold; one that was committed, or released by another act, has ended and stays so. */
export function judgeRelease(item: PreparedRelease, state: BookState): Verdict {
  const { holdOpKey, opKey } = item.release;
  const hold = state.holds.get(holdOpKey);
  const account = lockedAccount(state, item.release.account.code);
  if (hold?.accountId !== account.id) return refused('hold_not_found', `${holdOpKey} holds nothing on ${account.code}`);
  const result = { kind: 'released', holdId: ledgerHoldId(hold.id) } as const;
  if (hold.state === 'released' && hold.endedBy === opKey) {
    return { result: { ...result, replayed: true }, change: undefined, riders: [] };
  }
  if (hold.state !== 'placed') return refused('hold_ended', `${holdOpKey} was ${hold.state} before`);
  return {
    result: { ...result, replayed: false },
    riders: item.riders.onSuccess ?? [],
    change: {
      accounts: [{ ...account, heldMinor: account.heldMinor - hold.amountMinor }],
      holds: [{ ...hold, state: 'released', endedBy: opKey }],
      endedAt: state.now,
      entryRows: [],
      placedHoldRows: [],
    },
  };
}

function judgeKnown(item: PreparedHold, known: HoldState): Verdict {
  if (known.contentHash !== item.contentHash) {
    return refused('op_key_conflict', `${item.hold.opKey} was used for another hold`);
  }
  const result = { kind: 'held', holdId: ledgerHoldId(known.id), replayed: known.id !== item.id } as const;
  return { result, change: undefined, riders: [] };
}

function objectionTo(hold: NewHold, account: AccountState): Verdict | null {
  const { amountMinor, currency } = hold.amount;
  if (!Number.isSafeInteger(amountMinor) || amountMinor <= 0) {
    return refused('amount_invalid', 'A hold is a positive safe integer of minor units');
  }
  if (currency !== account.currency) return refused('currency_mismatch', `${account.code} holds no ${currency}`);
  if (account.closedAt !== null) return refused('account_closed', `${account.code} is closed`);
  const availableMinor = account.balanceMinor - account.heldMinor - amountMinor;
  if (account.floorMinor !== null && availableMinor < account.floorMinor) {
    return refused('insufficient_funds', `${account.code} does not have that much`);
  }
  return Number.isSafeInteger(availableMinor) ? null : refused('amount_invalid', 'Too large to count');
}

function placedRow(placed: HoldState, hold: NewHold, now: string): SqlValue[] {
  const expiresAt = hold.expiresAt === undefined ? null : databaseTime(hold.expiresAt);
  const { id, opKey, contentHash, accountId, amountMinor } = placed;
  return [id, opKey, contentHash, accountId, amountMinor, placed.state, hold.description, now, expiresAt];
}

function lockedAccount(state: BookState, code: string): AccountState {
  const account = state.accounts.get(code);
  invariant(account !== undefined, `${code} was not locked`);
  return account;
}
