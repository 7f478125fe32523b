import { parseCurrency } from '../domain/currency.ts';
import { memberAccount } from '../domain/ledger-account.ts';
import type { Money } from '../domain/money.ts';
import { textIn, timeIn, type SqlReader } from '../ledger/sql-reader.read.ts';
import { databaseTime } from '../ledger/sql-text.ts';
import { readStatementCut, type StatementCut, type StatementRange } from './statement-cut.ts';
import { statementHeaderOf, type StatementHeader, type StatementMember } from './statement-header.ts';
import { readStatementRows, type StatementRow } from './statement-rows.ts';

/** All rows of a member's statement as they stood at `asOf`: the same rows for the same instant, whenever it is asked. */
export interface StatementFile {
  readonly header: StatementHeader;
  readonly currency: string;
  /** ISO 8601 UTC with microseconds. */
  readonly asOf: string;
  /** After the newest row before the range ends; null when there is none. */
  readonly closingBalance: Money | null;
  /** The newest row first, in batches, so that memory stays flat. */
  readonly batches: () => AsyncGenerator<readonly StatementRow[]>;
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

/** Opens the statement of `member` within `range`, whose `asOf` is of `readAsOf`. */
export async function openStatementFile(
  reader: SqlReader,
  member: StatementMember,
  range: StatementRange & { readonly asOf: string },
): Promise<StatementFile> {
  const currency = parseCurrency(member.currency);
  const { code } = memberAccount(member.id, currency);
  await waitForPostings(reader, code);
  const cut = await readStatementCut(reader, code, range);
  return {
    header: statementHeaderOf(member),
    currency,
    asOf: range.asOf,
    closingBalance: cut?.closingBalance ?? null,
    batches: () => batchesOf(reader, member, cut),
  };
}

/**
 * A posting under way may already have its time, and would be missed: the poster takes it while it holds the account's
 * row. Once that row was to be had, whatever was recorded before `asOf` is there.
 */
async function waitForPostings(reader: SqlReader, code: string): Promise<void> {
  await reader.rows('SELECT id FROM ledger_account WHERE code = ? LOCK IN SHARE MODE', [code]);
}

/** Most histories are one batch; none is a load for memory (about 3 MB). */
const batchSize = 5_000;

/** No connection is kept between batches, however slowly they are taken: rows below `lastSeq` never change. */
async function* batchesOf(
  reader: SqlReader,
  member: StatementMember,
  cut: StatementCut | null,
): AsyncGenerator<readonly StatementRow[]> {
  if (cut === null) return;
  const { accountId, firstSeq } = cut;
  let { lastSeq } = cut;
  while (lastSeq >= firstSeq) {
    const query = { accountId, memberId: member.id, firstSeq, lastSeq, limit: batchSize };
    const rows = await readStatementRows(reader, query);
    yield rows;
    lastSeq = (rows.at(-1)?.seq ?? 0) - 1;
  }
}
