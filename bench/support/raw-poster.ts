import { createConnection, type Connection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { normalSideOf } from '../../src/domain/ledger-account.ts';
import { overdraftMinorOf, type Leg, type NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { contentHashOf } from '../../src/ledger/canonical.ts';
import { connectionOptions } from '../../src/ledger/connection.ts';
import { identity } from '../../src/ledger/identity.ts';
import { databaseTime } from '../../src/ledger/sql-text.ts';
import { transactionColumns, linkColumns } from '../../src/ledger/transaction-columns.ts';
import type { Outcome, UpdateRider, Wish } from './postings.ts';

/**
 * The other side of R1 and R2: what a careful hand writes against the same tables with mysql2 alone. One connection per
 * caller, prepared statements, one transaction for each posting, the same rows, rules and riders as ours.
 */
export class RawPoster {
  readonly #connection: Connection;
  readonly #accountIds: ReadonlyMap<string, number>;

  private constructor(connection: Connection, accountIds: ReadonlyMap<string, number>) {
    this.#connection = connection;
    this.#accountIds = accountIds;
  }

  static async open(databaseUrl: string): Promise<RawPoster> {
    const options = connectionOptions({ databaseUrl });
    const connection = await createConnection({ ...options, rowsAsArray: false, multipleStatements: false });
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await connection.query("SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5");
    const [rows] = await connection.query<RowDataPacket[]>('SELECT id, code FROM ledger_account');
    return new RawPoster(connection, new Map(rows.map((row) => [String(row['code']), Number(row['id'])])));
  }

  /** Posts one transaction; a deadlock or a lock that does not come is tried again. */
  async post(wish: Wish): Promise<Outcome> {
    for (;;) {
      try {
        return await this.#attempt(wish);
      } catch (error) {
        await this.#connection.query('ROLLBACK');
        if (isDuplicate(error)) return this.#replay(wish);
        if (!isContention(error)) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.#connection.end();
  }

  async #attempt({ transaction, rider }: Wish): Promise<Outcome> {
    await this.#connection.query('BEGIN');
    const accounts = await this.#lock(transaction.legs);
    if (accounts.some((account) => isShort(account, transaction))) return this.#refuse(transaction);
    const recordedAt =
      accounts
        .map(({ earliest }) => earliest)
        .sort()
        .at(-1) ?? '';
    const id = identity.newTransactionId();
    await this.#connection.execute(insertTransaction, transactionRow(transaction, { id, recordedAt }));
    const entries = accounts.flatMap((account) => [
      ...[account.id, account.entryCount + 1, id, account.position, account.leg.side, account.leg.type],
      ...[account.leg.counterparty, account.leg.amount.amountMinor, balanceAfter(account), recordedAt],
    ]);
    await this.#connection.execute(insertEntries, entries);
    for (const account of accounts) {
      const values = [balanceAfter(account), account.entryCount + 1, recordedAt, account.id];
      await this.#connection.execute(updateAccount, values);
    }
    if (rider !== undefined) await this.#ride(rider);
    await this.#connection.query('COMMIT');
    return 'posted';
  }

  async #lock(legs: readonly Leg[]): Promise<readonly LockedAccount[]> {
    const ids = legs.map((leg) => this.#accountIds.get(leg.account.code) ?? 0);
    const [rows] = await this.#connection.execute<RowDataPacket[]>(lockAccounts, [...ids]);
    return rows.map((row) => {
      const position = ids.indexOf(Number(row['id']));
      const [now, last] = [String(row['now']), row['last_recorded_at'] as string | null];
      if (row['closed_at'] !== null) throw new Error('The account is closed.');
      return {
        id: Number(row['id']),
        position,
        leg: legs[position] as Leg,
        balanceMinor: Number(row['balance_minor']),
        heldMinor: Number(row['held_minor']),
        floorMinor: row['floor_minor'] as number | null,
        entryCount: Number(row['entry_count']),
        earliest: last !== null && last > now ? last : now,
      };
    });
  }

  async #ride({ key, expectedVersion = 0, set }: UpdateRider): Promise<void> {
    const values = [set['state'] as string, set['op_key'] as string, expectedVersion + 1];
    const row = [key['id'] as number, expectedVersion];
    const [result] = await this.#connection.execute<ResultSetHeader>(updateOrder, [...values, ...row]);
    if (result.affectedRows !== 1) throw new Error('The rider met another version.');
  }

  /** What was posted before must not be answered with a refusal, so a refusal looks first. */
  async #refuse(transaction: NewLedgerTransaction): Promise<Outcome> {
    const [known] = await this.#connection.execute<RowDataPacket[]>(selectPosted, [transaction.opKey]);
    await this.#connection.query('ROLLBACK');
    return known.length > 0 ? 'replayed' : 'refused';
  }

  async #replay({ transaction }: Wish): Promise<Outcome> {
    const [[known]] = await this.#connection.execute<RowDataPacket[]>(selectPosted, [transaction.opKey]);
    if (known?.['content_hash'] !== contentHashOf(transaction)) throw new Error('Posted with another content.');
    return 'replayed';
  }
}

interface LockedAccount {
  readonly id: number;
  readonly position: number;
  readonly leg: Leg;
  readonly balanceMinor: number;
  readonly heldMinor: number;
  readonly floorMinor: number | null;
  readonly entryCount: number;
  /** The time before which nothing may be recorded on it. */
  readonly earliest: string;
}

const lockAccounts = `SELECT id, floor_minor, balance_minor, held_minor, entry_count, last_recorded_at, closed_at,
  UTC_TIMESTAMP(6) AS now FROM ledger_account WHERE id IN (?, ?) ORDER BY id FOR UPDATE`;
const insertTransaction = `INSERT INTO ledger_transaction (${transactionColumns.join(', ')})
  VALUES (${transactionColumns.map(() => '?').join(', ')})`;
const insertEntries = `INSERT INTO ledger_entry (account_id, seq, transaction_id, position, side, type, counterparty,
  amount_minor, balance_after_minor, recorded_at) VALUES (?,?,?,?,?,?,?,?,?,?),(?,?,?,?,?,?,?,?,?,?)`;
const updateAccount = 'UPDATE ledger_account SET balance_minor = ?, entry_count = ?, last_recorded_at = ? WHERE id = ?';
const updateOrder = 'UPDATE bench_order SET state = ?, op_key = ?, version = ? WHERE id = ? AND version = ?';
const selectPosted = 'SELECT id, content_hash, reference, recorded_at FROM ledger_transaction WHERE op_key = ?';

function balanceAfter({ leg, balanceMinor }: LockedAccount): number {
  const { amountMinor } = leg.amount;
  return leg.side === normalSideOf(leg.account.kind) ? balanceMinor + amountMinor : balanceMinor - amountMinor;
}

function isShort(account: LockedAccount, transaction: NewLedgerTransaction): boolean {
  const overdraftMinor = overdraftMinorOf(transaction);
  const isDecrease = account.leg.side !== normalSideOf(account.leg.account.kind);
  if (!isDecrease || account.floorMinor === null || overdraftMinor === null) return false;
  return balanceAfter(account) - account.heldMinor < account.floorMinor - overdraftMinor;
}

function transactionRow(
  transaction: NewLedgerTransaction,
  { id, recordedAt }: { readonly id: string; readonly recordedAt: string },
): (string | number | null)[] {
  return [
    ...[id, transaction.opKey, contentHashOf(transaction), transaction.kind, identity.newReference()],
    ...[databaseTime(transaction.occurredAt), recordedAt, transaction.description, overdraftMinorOf(transaction)],
    ...linkColumns.map(({ link }) => transaction.links?.[link] ?? null),
  ];
}

function isDuplicate(error: unknown): boolean {
  return (error as { code?: string }).code === 'ER_DUP_ENTRY';
}

function isContention(error: unknown): boolean {
  return ['ER_LOCK_DEADLOCK', 'ER_LOCK_WAIT_TIMEOUT'].includes((error as { code?: string }).code ?? '');
}
