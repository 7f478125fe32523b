import type { BookState, Verdict } from './book-state.ts';
import { accept } from './book-state.ts';
import { duplicateKeyOf, troubleOf } from './connection.ts';
import { judge, refuse } from './judge.ts';
import type { PosterResult } from './poster-contract.ts';
import { accountsOf, type PreparedItem } from './prepared-item.ts';
import { isUpdate } from './rider-rows.ts';
import { riderStatement, riderStatements } from './rider-statements.ts';
import type { Session } from './session.ts';
import { bookStatements, readPacket } from './statements.ts';

/** What is remembered of an attempt while it is not known whether it was committed. */
export interface Attempt {
  /** The answers that the last packet sent would make true; all of them or none, since one COMMIT carries them. */
  pending: readonly PosterResult[] | undefined;
}

/** Another process was faster with one of our names: nothing was done, the same items must be judged anew. */
export class JudgeAnew extends Error {
  override readonly name = 'JudgeAnew';
}

/** The measured path (decisions D40): one packet locks and reads, one writes and commits. */
export async function commitTogether(
  session: Session,
  items: readonly PreparedItem[],
  attempt: Attempt,
): Promise<readonly PosterResult[]> {
  const state = await lockAndRead(session, items);
  if (attempt.pending !== undefined && wasCommitted(items, state)) return undoAndAnswer(session, attempt.pending);
  const verdicts = items.map((item) => {
    const verdict = judge(item, state);
    accept(state, verdict);
    return verdict;
  });
  const results = verdicts.map((verdict) => verdict.result);
  const statements = [...bookStatements(verdicts), ...riderStatements(verdicts.flatMap((verdict) => verdict.riders))];
  if (statements.length === 0) return undoAndAnswer(session, results);
  attempt.pending = results;
  await session.connection.send([...statements, 'COMMIT']);
  return results;
}

/**
 * The slow path, for items that cannot be written in one go because one of them met a unique key or a row that went
 * away: each under its own savepoint, so that it alone is refused. Still one commit.
 */
export async function commitOneByOne(
  session: Session,
  items: readonly PreparedItem[],
  attempt: Attempt,
): Promise<readonly PosterResult[]> {
  const state = await lockAndRead(session, items);
  if (attempt.pending !== undefined && wasCommitted(items, state)) return undoAndAnswer(session, attempt.pending);
  const results: PosterResult[] = [];
  for (const item of items) results.push(await settle(session, item, state));
  attempt.pending = results;
  await session.connection.send(['COMMIT']);
  return results;
}

async function lockAndRead(session: Session, items: readonly PreparedItem[]): Promise<BookState> {
  const accounts = await session.accounts.ensure(session.connection, items.flatMap(accountsOf));
  const packet = readPacket(items, accounts);
  return packet.parse(await session.connection.send(packet.statements));
}

/** Names are made once per item, so finding one of ours proves that the whole commit went through. */
function wasCommitted(items: readonly PreparedItem[], state: BookState): boolean {
  return items.some((item) => {
    if (item.kind === 'post') return state.posted.get(item.transaction.opKey)?.id === item.id;
    return item.kind === 'place' && state.holds.get(item.hold.opKey)?.id === item.id;
  });
}

async function undoAndAnswer(session: Session, results: readonly PosterResult[]): Promise<readonly PosterResult[]> {
  await session.connection.send(['ROLLBACK']);
  return results;
}

async function settle(session: Session, item: PreparedItem, state: BookState): Promise<PosterResult> {
  const verdict = judge(item, state);
  const conflict = await carryOut(session, item, verdict);
  if (conflict === null) {
    accept(state, verdict);
    return verdict.result;
  }
  const reason = verdict.result.kind === 'refused' ? verdict.result : ({ code: 'conflict', detail: conflict } as const);
  const refusal = refuse(item, state, reason);
  const again = verdict.result.kind === 'refused' ? conflict : await carryOut(session, item, refusal);
  if (again !== null) return { kind: 'refused', code: reason.code, detail: reason.detail, ridersApplied: false };
  accept(state, refusal);
  return refusal.result;
}

/** Writes what `verdict` says under a savepoint; answers why it could not, with nothing left behind. */
async function carryOut(session: Session, item: PreparedItem, verdict: Verdict): Promise<string | null> {
  const book = bookStatements([verdict]);
  const statements = ['SAVEPOINT item', ...book, ...verdict.riders.map(riderStatement)];
  try {
    const results = await session.connection.send(statements);
    const missed = verdict.riders.find(
      (rider, index) => isUpdate(rider) && affectedRowsOf(results[1 + book.length + index]) === 0,
    );
    if (missed === undefined) return null;
    await session.connection.send(['ROLLBACK TO SAVEPOINT item']);
    return `${JSON.stringify(missed)} found no row`;
  } catch (error) {
    if (troubleOf(error) !== 'duplicate') throw error;
    rename(item, session, duplicateKeyOf(error));
    await session.connection.send(['ROLLBACK TO SAVEPOINT item']);
    return `A row with this ${duplicateKeyOf(error)} is there already`;
  }
}

/** A name of the book's own that was taken meanwhile is no refusal: the item gets a new one, or is found as posted. */
function rename(item: PreparedItem, session: Session, key: string): void {
  if (key === 'ledger_transaction_reference_unique' && item.kind === 'post') {
    item.reference = session.newReference();
    throw new JudgeAnew('The reference was taken');
  }
  if (key === 'ledger_transaction_op_key_unique' || key === 'ledger_hold_op_key_unique') {
    throw new JudgeAnew('Another process used the op_key');
  }
}

function affectedRowsOf(result: unknown): number {
  return (result as { affectedRows: number }).affectedRows;
}
