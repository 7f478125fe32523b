import { expect } from '@jest/globals';
import type { Currency } from '../../src/domain/currency.ts';
import {
  memberAccount,
  openingAccount,
  organisationAccount,
  processorAccount,
  type LedgerAccountRef,
} from '../../src/domain/ledger-account.ts';
import { credit, debit, type LedgerTransactionKind, type NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money, type Money } from '../../src/domain/money.ts';
import { verifyChain } from '../../src/ledger/chain.read.ts';
import { bookInvariants } from '../../src/ledger/invariants.ts';
import type { Poster, PosterResult, PostingResult, Refusal } from '../../src/ledger/poster-contract.ts';
import { createPoster, type PosterOptions } from '../../src/ledger/poster.ts';
import type { BookRow, SqlReader } from '../../src/ledger/sql-reader.read.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

/** A book of one test file's own. */
export interface TestBook {
  readonly database: TestDatabase;
  readonly poster: Poster;
  readonly reader: SqlReader;
  /** Another poster on the same book, as another process would have. */
  anotherPoster(options?: Partial<PosterOptions>): Poster;
  /** Balance, held and number of entries of an account; null where there is none. */
  account(ref: LedgerAccountRef): Promise<{ balance: number; held: number; entries: number } | null>;
  /** Proves every invariant, ends all posters and drops the database. */
  close(): Promise<void>;
}

export async function openBook(options: Partial<PosterOptions> = {}): Promise<TestBook> {
  const database = await createTestDatabase();
  const posters: Poster[] = [];
  const anotherPoster = (more: Partial<PosterOptions> = {}): Poster => {
    const poster = createPoster({ databaseUrl: database.url, ...more });
    posters.push(poster);
    return poster;
  };
  const reader: SqlReader = { rows: (sql, values) => database.query<BookRow>(sql, values) };
  return {
    database,
    reader,
    poster: anotherPoster(options),
    anotherPoster,
    account: async (ref) => {
      const sql = 'SELECT balance_minor, held_minor, entry_count FROM ledger_account WHERE code = ?';
      const [row] = await database.query<Record<string, number>>(sql, [ref.code]);
      if (row === undefined) return null;
      return { balance: row['balance_minor']!, held: row['held_minor']!, entries: row['entry_count']! };
    },
    close: async () => {
      await Promise.all(posters.map((poster) => poster.close()));
      expect(await violations(database)).toEqual([]);
      expect((await verifyChain(reader)).broken).toBeNull();
      await database.drop();
    },
  };
}

/** The names of the book's invariants that do not hold, with the rows against them. */
export async function violations(database: TestDatabase): Promise<{ name: string; rows: unknown[] }[]> {
  const found: { name: string; rows: unknown[] }[] = [];
  for (const { name, sql } of bookInvariants) {
    const rows = await database.query(sql);
    if (rows.length > 0) found.push({ name, rows });
  }
  return found;
}

export const aud = (amountMinor: number): Money<'AUD'> => money(amountMinor, 'AUD');
export const member = (id: string): LedgerAccountRef<'AUD'> => memberAccount(id, 'AUD');
export const organisation = (id: string): LedgerAccountRef<'AUD'> => organisationAccount(id, 'AUD');
export const stripe = (id = 'acct_1'): LedgerAccountRef<'AUD'> => processorAccount('stripe', id, 'AUD');
export const noon = '2026-03-01T12:00:00Z';

export interface Transfer {
  readonly opKey: string;
  readonly from: LedgerAccountRef;
  readonly to: LedgerAccountRef;
  readonly amount: Money;
  readonly kind?: LedgerTransactionKind;
  readonly description?: string;
}

/** Debits `from` and credits `to`; of a kind that may not overdraw unless said otherwise. */
export function transfer({
  opKey,
  from,
  to,
  amount,
  kind = 'payment',
  description = opKey,
}: Transfer): NewLedgerTransaction {
  const label = { type: 'Miscellaneous' } as const;
  return {
    opKey,
    kind,
    occurredAt: noon,
    description,
    legs: [...debit(from, amount, label), ...credit(to, amount, label)],
  };
}

/** Gives `account` (on the credit side) a balance out of nothing. */
export async function give(poster: Poster, account: LedgerAccountRef, amountMinor: number): Promise<void> {
  const currency: Currency = account.currency;
  const opKey = `give-${account.code}-${amountMinor}`;
  const from = openingAccount(currency);
  const amount = money(amountMinor, currency);
  posted(await poster.post(transfer({ opKey, from, to: account, amount, kind: 'opening-balance' })));
}

/** `result` as a posted one; fails the test otherwise. */
export function posted(result: PosterResult | undefined): Extract<PostingResult, { kind: 'posted' }> {
  if (result?.kind === 'posted') return result;
  throw new Error(`Not posted: ${JSON.stringify(result)}`);
}

/** `result` as a refusal; fails the test otherwise. */
export function refused(result: PosterResult | undefined): Refusal {
  if (result?.kind === 'refused') return result;
  throw new Error(`Not refused: ${JSON.stringify(result)}`);
}
