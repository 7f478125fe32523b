import { floorOf, normalSideOf, type LedgerAccountRef, type Side } from '../domain/ledger-account.ts';
import type { BookConnection } from './connection.ts';
import { literals, tuples } from './sql-text.ts';

/** What of an account's row never changes. */
export interface AccountFacts {
  readonly id: number;
  readonly code: string;
  readonly currency: string;
  readonly normalSide: Side;
}

/** Internal ids by code. An account is made by its own statement before it is posted to (decisions D42). */
export class AccountCache {
  readonly #byCode = new Map<string, AccountFacts>();

  /** The facts of `accounts`, by code; what is missing in the book is made. */
  async ensure(
    connection: BookConnection,
    accounts: readonly LedgerAccountRef[],
  ): Promise<ReadonlyMap<string, AccountFacts>> {
    if (this.#byCode.size > accountsCachedMax) this.#byCode.clear();
    const unknown = new Map<string, LedgerAccountRef>();
    for (const account of accounts) if (!this.#byCode.has(account.code)) unknown.set(account.code, account);
    if (unknown.size > 0) await this.#load(connection, [...unknown.values()]);
    return this.#byCode;
  }

  async #load(connection: BookConnection, accounts: readonly LedgerAccountRef[]): Promise<void> {
    await this.#read(connection, accounts);
    const missing = accounts.filter((account) => !this.#byCode.has(account.code)).sort(byCode);
    if (missing.length === 0) return;
    await connection.send([insertIgnore(missing)]);
    await this.#read(connection, missing);
  }

  async #read(connection: BookConnection, accounts: readonly LedgerAccountRef[]): Promise<void> {
    const codes = literals(accounts.map((account) => account.code));
    const sql = `SELECT id, code, currency, normal_side FROM ledger_account WHERE code IN (${codes})`;
    const [rows] = await connection.send([sql]);
    for (const [id, code, currency, normalSide] of rows as [number, string, string, Side][]) {
      this.#byCode.set(code, { id, code, currency, normalSide });
    }
  }
}

/** Enough for the accounts in use; beyond it the cache begins anew. */
const accountsCachedMax = 200_000;

/** Autocommitted by itself, so that two callers who need the same new account do not wait for each other's commit. */
function insertIgnore(accounts: readonly LedgerAccountRef[]): string {
  const rows = accounts.map(({ code, kind, currency }) => [code, kind, currency, normalSideOf(kind), floorOf(kind)]);
  const values = rows.map((row) => `${tuples([row]).slice(0, -1)},UTC_TIMESTAMP(6))`).join(',');
  return `INSERT IGNORE INTO ledger_account (code,kind,currency,normal_side,floor_minor,opened_at) VALUES ${values}`;
}

function byCode(left: LedgerAccountRef, right: LedgerAccountRef): number {
  return left.code < right.code ? -1 : 1;
}
