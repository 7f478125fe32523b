import { setImmediate } from 'node:timers/promises';
import { parseCurrency } from '../domain/currency.ts';
import { memberAccount, type LedgerAccountRef } from '../domain/ledger-account.ts';
import type { Money } from '../domain/money.ts';
import { textIn, timeIn, type SqlReader } from '../ledger/sql-reader.read.ts';
import { databaseTime } from '../ledger/sql-text.ts';
import type { HolderRow } from './holder-rows.ts';
import { readStatementCut, type StatementCut, type StatementRange } from './statement-cut.ts';
import { statementHeaderOf, type StatementHeader, type StatementMember } from './statement-header.ts';
import { readStatementRows, type StatementRow } from './statement-rows.ts';

/** All rows of a statement as they stood at `asOf`: the same rows for the same instant, whenever it is asked. */
export interface StatementFile<Row extends HolderRow = HolderRow> {
  readonly currency: string;
  /** ISO 8601 UTC with microseconds. */
  readonly asOf: string;
  /** After the newest row before the range ends; null when there is none. */
  readonly closingBalance: Money | null;
  /** The newest row first, in batches, so that memory stays flat. */
  readonly batches: () => AsyncGenerator<readonly Row[]>;
}

/** A member's statement. */
export interface MemberFile extends StatementFile<StatementRow> {
  readonly header: StatementHeader;
}

/**
 * The instant that a file is made for: `asked`, or now by the database's clock, which is what entries are recorded by.
 * Null when `asked` is still to come, since more rows may be.
 */
export async function readAsOf(reader: SqlReader, asked: string | undefined): Promise<string | null> {
  const [row] = await reader.rows('SELECT UTC_TIMESTAMP(6) AS now');
  if (row === undefined) return null;
  if (asked === undefined) return timeIn(row, 'now');
  return databaseTime(asked) <= textIn(row, 'now') ? asked : null;
}

/** A range whose `asOf` is of `readAsOf`. */
export type FixedRange = StatementRange & { readonly asOf: string };

/** Opens the statement of `member` within `range`. */
export async function openStatementFile(
  reader: SqlReader,
  member: StatementMember,
  range: FixedRange,
): Promise<MemberFile> {
  const currency = parseCurrency(member.currency);
  const cut = await readFixedCut(reader, memberAccount(member.id, currency), range);
  return {
    header: statementHeaderOf(member),
    ...{ currency, asOf: range.asOf, closingBalance: cut?.closingBalance ?? null },
    batches: () => batchesOf(cut, (query) => readStatementRows(reader, { ...query, memberId: member.id })),
  };
}

/**
 * Where `range` begins and ends, for good. A posting under way may already have its time, and would be missed: the
 * poster takes it while it holds the account's row. Once that row was to be had, whatever was recorded before `asOf` is
 * there.
 */
export async function readFixedCut(
  reader: SqlReader,
  { code }: Pick<LedgerAccountRef, 'code'>,
  range: FixedRange,
): Promise<StatementCut | null> {
  await reader.rows('SELECT id FROM ledger_account WHERE code = ? LOCK IN SHARE MODE', [code]);
  return readStatementCut(reader, code, range);
}

/** Most histories are one batch; none is a load for memory (about 1 MB). */
export const batchSize = 2_000;

/** Entries of an account from the last to the first, both included, and no more than `limit`. */
export interface SeqQuery {
  readonly accountId: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly limit: number;
}

/**
 * What `read` finds in `cut`, the newest first. The next batch is read while the one before is taken. No connection is
 * kept between batches, however slowly they are taken: rows below `lastSeq` never change.
 */
export async function* batchesOf<Row>(
  cut: Pick<StatementCut, 'accountId' | 'firstSeq' | 'lastSeq'> | null,
  read: (query: SeqQuery) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  if (cut === null) return;
  const { accountId, firstSeq } = cut;
  const ask = (lastSeq: number): Promise<readonly Row[]> | null => {
    if (lastSeq < firstSeq) return null;
    const query = { accountId, firstSeq: Math.max(firstSeq, lastSeq - batchSize + 1), lastSeq, limit: batchSize };
    const asked = read(query);
    // Whoever takes the batch is told; a caller who has gone is not.
    asked.catch(() => undefined);
    return asked;
  };
  let { lastSeq } = cut;
  let coming = ask(lastSeq);
  while (coming !== null) {
    const rows = await coming;
    lastSeq -= batchSize;
    coming = ask(lastSeq);
    // Connections are handed out by the event loop: without a turn of it the next question leaves after these rows are made.
    await setImmediate();
    yield rows;
  }
}
