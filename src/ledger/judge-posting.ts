import { invariant } from '../domain/invariant.ts';
import type { HoldConsumption, Leg, NewLedgerTransaction } from '../domain/ledger.ts';
import { overdraftMinorOf } from '../domain/ledger.ts';
import type { AccountState, BookState, HoldState, PostedState, Verdict } from './book-state.ts';
import type { PostingResult } from './poster-contract.ts';
import type { PreparedPosting } from './prepared-item.ts';
import { refused } from './refusal.ts';
import { databaseTime, isoTime } from './sql-text.ts';
import { linkColumns } from './transaction-columns.ts';
import type { SqlValue } from './riders.ts';

/** Decides a transaction: replay, refusal, or its rows. The ladder is one condition per step, effects last. */
export function judgePosting(item: PreparedPosting, state: BookState): Verdict {
  const { transaction } = item;
  const known = state.posted.get(transaction.opKey);
  if (known !== undefined) return judgeKnown(item, known);

  const malformed = judgeForm(transaction);
  if (malformed !== null) return malformed;
  const sheets = sheetsOf(transaction, state);
  const closed = sheets.find((sheet) => sheet.account.closedAt !== null);
  if (closed !== undefined) return refused('account_closed', `${closed.account.code} is closed`);
  const misheld = consumeHolds(transaction, sheets, state);
  if (misheld !== null) return misheld;
  const short = sheets.find((sheet) => isShort(sheet, overdraftMinorOf(transaction)));
  if (short !== undefined) return refused('insufficient_funds', `${short.account.code} does not have that much`);
  if (!sheets.every((sheet) => Number.isSafeInteger(balanceAfter(sheet)))) {
    return refused('amount_invalid', 'A balance would be too large to count');
  }
  return write(item, sheets, state);
}

/** One account's part in a transaction. */
interface Sheet {
  readonly account: AccountState;
  readonly increases: PlacedLeg[];
  readonly decreases: PlacedLeg[];
  readonly holds: { readonly hold: HoldState; readonly committedMinor: number }[];
}

interface PlacedLeg {
  readonly leg: Leg;
  readonly position: number;
}

function judgeKnown(item: PreparedPosting, known: PostedState): Verdict {
  if (known.contentHash !== item.contentHash) {
    return refused('op_key_conflict', `${item.transaction.opKey} was posted with another content`);
  }
  return { result: postedResult(known, known.id !== item.id), change: undefined, riders: [] };
}

function postedResult(posted: PostedState, replayed: boolean): PostingResult {
  return {
    kind: 'posted',
    transactionId: posted.id as Extract<PostingResult, { kind: 'posted' }>['transactionId'],
    reference: posted.reference,
    recordedAt: isoTime(posted.recordedAt),
    replayed,
  };
}

function judgeForm({ legs }: NewLedgerTransaction): Verdict | null {
  const isCountable = (leg: Leg) => Number.isSafeInteger(leg.amount.amountMinor) && leg.amount.amountMinor > 0;
  if (!legs.every(isCountable))
    return refused('amount_invalid', 'Every leg has a positive safe integer of minor units');
  const stranger = legs.find((leg) => leg.amount.currency !== leg.account.currency);
  if (stranger !== undefined) {
    return refused('currency_mismatch', `${stranger.amount.currency} cannot be posted to ${stranger.account.code}`);
  }
  const totals = new Map<string, bigint>();
  for (const { side, amount } of legs) {
    const signed = BigInt(amount.amountMinor) * (side === 'debit' ? 1n : -1n);
    totals.set(amount.currency, (totals.get(amount.currency) ?? 0n) + signed);
  }
  const isBalanced = legs.length > 0 && [...totals.values()].every((total) => total === 0n);
  return isBalanced ? null : refused('unbalanced', 'Debits and credits must be equal in every currency');
}

function sheetsOf(transaction: NewLedgerTransaction, state: BookState): Sheet[] {
  const sheets = new Map<string, Sheet>();
  transaction.legs.forEach((leg, position) => {
    const account = state.accounts.get(leg.account.code);
    invariant(account !== undefined, `${leg.account.code} was not locked`);
    const sheet = sheets.get(account.code) ?? { account, increases: [], decreases: [], holds: [] };
    sheets.set(account.code, sheet);
    (leg.side === account.normalSide ? sheet.increases : sheet.decreases).push({ leg, position });
  });
  return [...sheets.values()];
}

function consumeHolds(transaction: NewLedgerTransaction, sheets: readonly Sheet[], state: BookState): Verdict | null {
  for (const consumption of transaction.consumesHolds ?? []) {
    const hold = state.holds.get(consumption.holdOpKey);
    const sheet = sheets.find((candidate) => candidate.account.id === hold?.accountId);
    if (hold === undefined || sheet === undefined) {
      return refused('hold_not_found', `${consumption.holdOpKey} holds nothing here`);
    }
    const objection = objectionTo(consumption, hold, sheet) ?? take(consumption, hold, sheet);
    if (objection !== null) return objection;
  }
  return null;
}

function objectionTo({ holdOpKey, amount }: HoldConsumption, hold: HoldState, sheet: Sheet): Verdict | null {
  const isTakenHere = sheet.holds.some((taken) => taken.hold.id === hold.id);
  if (hold.state !== 'placed' || isTakenHere) return refused('hold_ended', `${holdOpKey} was ended before`);
  if (amount.currency !== sheet.account.currency) {
    return refused('currency_mismatch', `${holdOpKey} is in another currency`);
  }
  const isCountable = Number.isSafeInteger(amount.amountMinor) && amount.amountMinor > 0;
  return isCountable ? null : refused('amount_invalid', 'What is taken of a hold is above zero');
}

function take({ holdOpKey, amount }: HoldConsumption, hold: HoldState, sheet: Sheet): Verdict | null {
  sheet.holds.push({ hold, committedMinor: amount.amountMinor });
  if (amount.amountMinor <= hold.amountMinor && coveredBy(sheet) <= total(sheet.decreases)) return null;
  return refused('hold_exceeded', `${amount.amountMinor} is more than ${holdOpKey} can give to this transaction`);
}

/** Decisions D3: only what no hold covers is checked, against what is available once the holds are taken. */
function isShort(sheet: Sheet, overdraftMinor: number | null): boolean {
  const { floorMinor } = sheet.account;
  if (floorMinor === null || overdraftMinor === null) return false;
  if (total(sheet.decreases) - coveredBy(sheet) <= 0) return false;
  return balanceAfter(sheet) - heldAfter(sheet) < floorMinor - overdraftMinor;
}

function balanceAfter(sheet: Sheet): number {
  return sheet.account.balanceMinor + total(sheet.increases) - total(sheet.decreases);
}

function heldAfter(sheet: Sheet): number {
  return sheet.account.heldMinor - sheet.holds.reduce((sum, { hold }) => sum + hold.amountMinor, 0);
}

function coveredBy(sheet: Sheet): number {
  return sheet.holds.reduce((sum, { committedMinor }) => sum + committedMinor, 0);
}

function total(legs: readonly PlacedLeg[]): number {
  return legs.reduce((sum, { leg }) => sum + leg.amount.amountMinor, 0);
}

function write(item: PreparedPosting, sheets: readonly Sheet[], state: BookState): Verdict {
  const { transaction, id, reference, contentHash } = item;
  // Never earlier than the last entry of any account it touches, whatever the clock did (decisions D6).
  const recordedAt = sheets.reduce((latest, { account }) => later(latest, account.lastRecordedAt), state.now);
  const posted = { id, contentHash, reference, recordedAt };
  const holds = sheets.flatMap((sheet) =>
    sheet.holds.map(({ hold, committedMinor }) => ended(hold, committedMinor, transaction.opKey)),
  );
  return {
    result: postedResult(posted, false),
    riders: item.riders.onSuccess ?? [],
    change: {
      accounts: sheets.map((sheet) => accountAfter(sheet, recordedAt)),
      posted: { opKey: transaction.opKey, state: posted },
      holds,
      endedAt: holds.length > 0 ? recordedAt : null,
      transactionRow: transactionRow(item, recordedAt),
      entryRows: sheets.flatMap((sheet) => entryRows(sheet, id, recordedAt)),
      placedHoldRows: [],
    },
  };
}

function later(left: string, right: string | null): string {
  return right !== null && right > left ? right : left;
}

function ended(hold: HoldState, committedMinor: number, endedBy: string): HoldState {
  return { ...hold, state: 'committed', committedMinor, endedBy };
}

function accountAfter(sheet: Sheet, recordedAt: string): AccountState {
  return {
    ...sheet.account,
    balanceMinor: balanceAfter(sheet),
    heldMinor: heldAfter(sheet),
    entryCount: sheet.account.entryCount + sheet.increases.length + sheet.decreases.length,
    lastRecordedAt: recordedAt,
  };
}

function transactionRow(item: PreparedPosting, recordedAt: string): SqlValue[] {
  const { transaction } = item;
  return [
    item.id,
    transaction.opKey,
    item.contentHash,
    transaction.kind,
    item.reference,
    databaseTime(transaction.occurredAt),
    recordedAt,
    transaction.description,
    overdraftMinorOf(transaction),
    ...linkColumns.map(({ link }) => transaction.links?.[link] ?? null),
  ];
}

/** Increases come first, so that no balance-after shows a shortage that the transaction as a whole does not leave. */
function entryRows(sheet: Sheet, transactionId: string, recordedAt: string): SqlValue[][] {
  let balanceMinor = sheet.account.balanceMinor;
  let seq = sheet.account.entryCount;
  return [...sheet.increases, ...sheet.decreases].map(({ leg, position }) => {
    const { amountMinor } = leg.amount;
    balanceMinor += leg.side === sheet.account.normalSide ? amountMinor : -Number(amountMinor);
    seq += 1;
    const columns = [leg.side, leg.type, leg.counterparty, amountMinor, balanceMinor, recordedAt];
    return [sheet.account.id, seq, transactionId, position, ...columns];
  });
}
