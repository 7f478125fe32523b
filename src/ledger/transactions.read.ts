import { invariant } from '../domain/invariant.ts';
import type { Counterparty, EntryType, Leg, LedgerLinks, LedgerTransactionKind } from '../domain/ledger.ts';
import { transactionKinds } from '../domain/ledger.ts';
import { linkColumns } from './transaction-columns.ts';
import {
  accountKindIn,
  currencyIn,
  moneyIn,
  optionalTextIn,
  textIn,
  timeIn,
  type BookRow,
  type SqlReader,
} from './sql-reader.read.ts';

/** A transaction as it stands in the book; what `reversalOf` needs is in it. */
export interface PostedTransaction {
  readonly id: string;
  readonly opKey: string;
  readonly kind: LedgerTransactionKind;
  readonly reference: string;
  /** ISO 8601 UTC; shown only (decisions D6). */
  readonly occurredAt: string;
  /** ISO 8601 UTC with microseconds; what balances go by. */
  readonly recordedAt: string;
  readonly description: string;
  readonly legs: readonly Leg[];
  readonly links: LedgerLinks;
}

/** How a transaction is found. */
export type TransactionKey =
  | { readonly by: 'id' | 'op_key' | 'reference'; readonly value: string }
  /** All of one sale or provider's object, in the order in which they were recorded. */
  | { readonly by: 'sale_id' | 'provider_ref'; readonly value: string };

/** The transactions that `key` names, with their legs; none when there are none. */
export async function readTransactions(reader: SqlReader, key: TransactionKey): Promise<readonly PostedTransaction[]> {
  const links = linkColumns.map(({ column }) => `t.${column}`).join(', ');
  const rows = await reader.rows(
    `SELECT t.id, t.op_key, t.kind AS transaction_kind, t.reference, t.occurred_at, t.recorded_at, t.description,
       ${links}, e.side, e.type, e.counterparty, e.amount_minor, a.code, a.kind, a.currency
     FROM ledger_transaction t
     JOIN ledger_entry e ON e.transaction_id = t.id
     JOIN ledger_account a ON a.id = e.account_id
     WHERE t.${key.by} = ? ORDER BY t.recorded_at, t.id, e.position`,
    [key.value],
  );
  const byId = new Map<string, BookRow[]>();
  for (const row of rows) byId.set(textIn(row, 'id'), [...(byId.get(textIn(row, 'id')) ?? []), row]);
  return [...byId.values()].flatMap(postedTransaction);
}

function postedTransaction(rows: readonly BookRow[]): PostedTransaction[] {
  const [row] = rows;
  if (row === undefined) return [];
  const links = linkColumns.flatMap(({ column, link }) => {
    const value = optionalTextIn(row, column);
    return value === null ? [] : [[link, value] as const];
  });
  return [
    {
      id: textIn(row, 'id'),
      opKey: textIn(row, 'op_key'),
      kind: kindIn(row),
      reference: textIn(row, 'reference'),
      occurredAt: timeIn(row, 'occurred_at'),
      recordedAt: timeIn(row, 'recorded_at'),
      description: textIn(row, 'description'),
      legs: rows.map(legIn),
      links: Object.fromEntries(links),
    },
  ];
}

function kindIn(row: BookRow): LedgerTransactionKind {
  const kind = textIn(row, 'transaction_kind');
  invariant(Object.hasOwn(transactionKinds, kind), `The book holds an unknown kind of transaction: ${kind}`);
  return kind as LedgerTransactionKind;
}

/** Types and counterparties were written from our own unions; the book cannot hold others. */
function legIn(row: BookRow): Leg {
  return {
    account: { code: textIn(row, 'code'), kind: accountKindIn(row), currency: currencyIn(row) },
    side: textIn(row, 'side') === 'debit' ? 'debit' : 'credit',
    amount: moneyIn(row, 'amount_minor'),
    type: textIn(row, 'type') as EntryType,
    counterparty: optionalTextIn(row, 'counterparty') as Counterparty | null,
  };
}
