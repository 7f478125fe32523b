import type { Side } from '../domain/ledger-account.ts';
import { presentedDescription } from '../domain/ledger.ts';
import type { Money } from '../domain/money.ts';
import { negate } from '../domain/money.ts';
import {
  accountKindIn,
  moneyIn,
  numberIn,
  optionalTextIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from './sql-reader.read.ts';

/** A line of an account's statement. */
export interface AccountEntry {
  /** 1 for the account's first entry; order and cursor within the account (decisions D6). */
  readonly seq: number;
  readonly transactionId: string;
  readonly kind: string;
  readonly reference: string;
  readonly type: string;
  readonly counterparty: string | null;
  readonly side: Side;
  /** Signed on the account's normal side: for a member or organisation, plus is money in. */
  readonly amount: Money;
  readonly balanceAfter: Money;
  /** As the holder sees it: a member's rows are cut at 80 characters (decisions D2). */
  readonly description: string;
  readonly saleId: string | null;
  readonly occurredAt: string;
  readonly recordedAt: string;
}

export interface EntryPage {
  readonly entries: readonly AccountEntry[];
  /** To be passed for the next page; null on the last. */
  readonly nextCursor: number | null;
}

export interface EntryQuery {
  readonly code: string;
  readonly limit: number;
  /** The `nextCursor` of the page before; absent for the newest entries. */
  readonly cursor?: number | undefined;
}

/**
 * Entries of one account, the newest first. A cursor is a sequence number, so pages stay put while entries are added.
 * An unknown account has no entries.
 */
export async function readEntries(reader: SqlReader, query: EntryQuery): Promise<EntryPage> {
  const rows = await reader.rows(
    `SELECT e.seq, e.transaction_id, t.kind AS transaction_kind, t.reference, e.type, e.counterparty, e.side,
       e.amount_minor, e.balance_after_minor, t.description, t.sale_id, t.occurred_at, e.recorded_at,
       a.kind, a.currency, a.normal_side
     FROM ledger_account a
     JOIN ledger_entry e ON e.account_id = a.id
     JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE a.code = ? AND e.seq < ?
     ORDER BY e.account_id DESC, e.seq DESC LIMIT ?`,
    [query.code, query.cursor ?? Number.MAX_SAFE_INTEGER, query.limit + 1],
  );
  const page = rows.slice(0, query.limit).map(accountEntry);
  return { entries: page, nextCursor: rows.length > query.limit ? (page.at(-1)?.seq ?? null) : null };
}

function accountEntry(row: BookRow): AccountEntry {
  const side: Side = textIn(row, 'side') === 'debit' ? 'debit' : 'credit';
  const amount = moneyIn(row, 'amount_minor');
  return {
    seq: numberIn(row, 'seq'),
    transactionId: textIn(row, 'transaction_id'),
    kind: textIn(row, 'transaction_kind'),
    reference: textIn(row, 'reference'),
    type: textIn(row, 'type'),
    counterparty: optionalTextIn(row, 'counterparty'),
    side,
    amount: side === textIn(row, 'normal_side') ? amount : negate(amount),
    balanceAfter: moneyIn(row, 'balance_after_minor'),
    description: presentedDescription({ kind: accountKindIn(row) }, textIn(row, 'description')),
    saleId: optionalTextIn(row, 'sale_id'),
    occurredAt: timeIn(row, 'occurred_at'),
    recordedAt: timeIn(row, 'recorded_at'),
  };
}
