import type { AccountState, BookChange, BookState, HoldState, Verdict } from './book-state.ts';
import type { AccountFacts } from './account-cache.ts';
import type { ResultSet } from './connection.ts';
import { accountsOf, holdKeysOf, ridersOf, type PreparedItem } from './prepared-item.ts';
import { foundRows, isUpdate, riderLocks, type RiderLock } from './rider-rows.ts';
import { literals, tuples } from './sql-text.ts';
import { transactionColumns } from './transaction-columns.ts';

/** The first packet of a commit: locks and reads (decisions D40). */
export interface ReadPacket {
  readonly statements: readonly string[];
  /** Makes the state out of the packet's answer. */
  parse(results: readonly ResultSet[]): BookState;
}

/**
 * Opens the database's transaction, locks the accounts in the order of their ids, and only then reads the clock, the
 * op_keys, the holds and the rows of riders: whatever another process committed under those locks is seen.
 */
export function readPacket(items: readonly PreparedItem[], accounts: ReadonlyMap<string, AccountFacts>): ReadPacket {
  const codes = [...new Set(items.flatMap((item) => accountsOf(item).map((account) => account.code)))];
  const facts = codes.flatMap((code) => accounts.get(code) ?? []);
  const opKeys = items.flatMap((item) => (item.kind === 'post' ? [item.transaction.opKey] : []));
  const holdKeys = items.flatMap(holdKeysOf);
  const locks = riderLocks(items.flatMap(ridersOf).filter(isUpdate));
  const statements = [
    'BEGIN',
    selectAccounts(facts.map(({ id }) => id)),
    'SELECT UTC_TIMESTAMP(6)',
    selectWhere(postedColumns, 'ledger_transaction', opKeys),
    ...locks.map((lock) => lock.sql),
    ...(holdKeys.length > 0 ? [selectWhere(holdColumns, 'ledger_hold', holdKeys)] : []),
  ];
  return { statements, parse: (results) => parseState(results, new Map(facts.map((one) => [one.id, one])), locks) };
}

/** What `verdicts` write into the book, in the order measured (decisions D40); riders and COMMIT come after. */
export function bookStatements(verdicts: readonly Verdict[]): readonly string[] {
  const changes = verdicts.flatMap(({ change }) => change ?? []);
  return [
    ...insert(
      'ledger_transaction',
      transactionColumns,
      changes.flatMap(({ transactionRow }) => (transactionRow ? [transactionRow] : [])),
    ),
    ...insert(
      'ledger_entry',
      entryColumns,
      changes.flatMap(({ entryRows }) => entryRows),
    ),
    ...insert(
      'ledger_hold',
      placedColumns,
      changes.flatMap(({ placedHoldRows }) => placedHoldRows),
    ),
    ...upsertEndedHolds(changes),
    ...upsertAccounts(changes),
  ];
}

const accountColumns = 'id, floor_minor, balance_minor, held_minor, entry_count, last_recorded_at, closed_at';
const postedColumns = 'op_key, id, content_hash, reference, recorded_at';
const holdColumns = 'op_key, id, content_hash, account_id, amount_minor, committed_minor, state, ended_by';
const entryColumns = [
  ...['account_id', 'seq', 'transaction_id', 'position', 'side', 'type', 'counterparty'],
  ...['amount_minor', 'balance_after_minor', 'recorded_at'],
];
const placedColumns = [
  ...['id', 'op_key', 'content_hash', 'account_id', 'amount_minor', 'state', 'description', 'placed_at', 'expires_at'],
];

function selectAccounts(ids: readonly number[]): string {
  const sorted = [...ids].sort((left, right) => left - right);
  return `SELECT ${accountColumns} FROM ledger_account WHERE id IN (${list(sorted)}) ORDER BY id FOR UPDATE`;
}

function selectWhere(columns: string, table: string, opKeys: readonly string[]): string {
  return `SELECT ${columns} FROM ${table} WHERE op_key IN (${list([...new Set(opKeys)].sort())})`;
}

/** `IN ()` is not SQL; nothing is equal to NULL. */
function list(values: readonly (string | number)[]): string {
  return values.length === 0 ? 'NULL' : literals(values);
}

function parseState(
  results: readonly ResultSet[],
  facts: ReadonlyMap<number, AccountFacts>,
  locks: readonly RiderLock[],
): BookState {
  // The holds come last, and only if any were asked for.
  const rows = (index: number) => (results[index] ?? []) as readonly (readonly unknown[])[];
  const accounts = rows(1).flatMap((row) => accountState(row, facts));
  return {
    now: String(rows(2)[0]?.[0]),
    accounts: new Map(accounts.map((account) => [account.code, account])),
    posted: new Map((rows(3) as [string, string, string, string, string][]).map(postedState)),
    holds: new Map(
      rows(4 + locks.length)
        .map((row) => holdState(row))
        .map((hold) => [hold.opKey, hold]),
    ),
    riderRows: new Map(locks.flatMap((lock, index) => foundRows(lock, rows(4 + index)))),
  };
}

type AccountRow = [number, number | null, number, number, number, string | null, string | null];

function accountState(row: readonly unknown[], facts: ReadonlyMap<number, AccountFacts>): AccountState[] {
  const [id, floorMinor, balanceMinor, heldMinor, entryCount, lastRecordedAt, closedAt] = row as AccountRow;
  const known = facts.get(id);
  if (known === undefined) return [];
  return [{ ...known, floorMinor, balanceMinor, heldMinor, entryCount, lastRecordedAt, closedAt }];
}

function postedState(
  row: [string, string, string, string, string],
): [string, BookState['posted'] extends Map<string, infer V> ? V : never] {
  const [opKey, id, contentHash, reference, recordedAt] = row;
  return [opKey, { id, contentHash, reference, recordedAt }];
}

type HoldRow = [string, string, string, number, number, number, HoldState['state'], string | null];

function holdState(row: readonly unknown[]): HoldState {
  const [opKey, id, contentHash, accountId, amountMinor, committedMinor, state, endedBy] = row as HoldRow;
  return { opKey, id, contentHash, accountId, amountMinor, committedMinor, state, endedBy };
}

function insert(table: string, columns: readonly string[], rows: Parameters<typeof tuples>[0]): string[] {
  if (rows.length === 0) return [];
  return [`INSERT INTO ${table} (${columns.join(',')}) VALUES ${tuples(rows)}`];
}

/**
 * One statement for all accounts of the batch. Their rows are there and locked: the insert never inserts. An
 * `UPDATE … CASE … WHERE id IN (…)` scanned, locked outside the sorted set and deadlocked (decisions D40).
 */
function upsertAccounts(changes: readonly BookChange[]): string[] {
  const latest = new Map(changes.flatMap(({ accounts }) => accounts.map((account) => [account.id, account] as const)));
  if (latest.size === 0) return [];
  const rows = [...latest.values()]
    .sort((left, right) => left.id - right.id)
    .map((account) => [
      ...[account.id, account.code, account.currency, account.normalSide, account.balanceMinor, account.heldMinor],
      ...[account.entryCount, account.lastRecordedAt, '', '1970-01-01'],
    ]);
  return [
    `INSERT INTO ledger_account
      (id,code,currency,normal_side,balance_minor,held_minor,entry_count,last_recorded_at,kind,opened_at)
     VALUES ${tuples(rows)} ON DUPLICATE KEY UPDATE balance_minor=VALUES(balance_minor),
      held_minor=VALUES(held_minor),entry_count=VALUES(entry_count),last_recorded_at=VALUES(last_recorded_at)`,
  ];
}

/** As for accounts: the rows are there, under the lock of their account. */
function upsertEndedHolds(changes: readonly BookChange[]): string[] {
  const rows = changes.flatMap(({ holds, endedAt }) =>
    holds
      .filter((hold) => hold.state !== 'placed')
      .map((hold) => [
        ...[hold.id, hold.opKey, hold.contentHash, hold.accountId, hold.amountMinor, hold.committedMinor],
        ...[hold.state, hold.endedBy, endedAt, '', '1970-01-01'],
      ]),
  );
  if (rows.length === 0) return [];
  return [
    `INSERT INTO ledger_hold (id,op_key,content_hash,account_id,amount_minor,committed_minor,state,ended_by,ended_at,
      description,placed_at)
     VALUES ${tuples(rows)} ON DUPLICATE KEY UPDATE committed_minor=VALUES(committed_minor),state=VALUES(state),
      ended_by=VALUES(ended_by),ended_at=VALUES(ended_at)`,
  ];
}
