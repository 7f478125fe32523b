import { sha256 } from './canonical.ts';
import { numberIn, optionalTextIn, textIn, type BookRow, type SqlReader } from './sql-reader.read.ts';
import { transactionColumns } from './transaction-columns.ts';

/** What the first link of the chain follows. */
export const genesisHash = '0'.repeat(64);

/** How the chain was found to be. */
export interface ChainReport {
  /** Links that were checked and found good. */
  readonly sealedCount: number;
  /** The hash of the last good link. */
  readonly headHash: string;
  /** Transactions in the book that the chain does not hold yet. */
  readonly unsealedCount: number;
  /** The first link that does not follow from what stands in the book, and why; null for a whole chain. */
  readonly broken: { readonly seq: number; readonly why: string } | null;
}

/**
 * Recomputes every link from the rows it seals, in order, in pages: memory stays flat. Names the first sequence whose
 * rows were changed, removed or moved (quality.md F26).
 */
export async function verifyChain(reader: SqlReader, pageSize = 500): Promise<ChainReport> {
  let head = { seq: 0, hash: genesisHash };
  for (;;) {
    const links = await reader.rows(
      'SELECT seq, transaction_id, hash FROM ledger_seal WHERE seq > ? ORDER BY seq LIMIT ?',
      [head.seq, pageSize],
    );
    const forms = await canonicalForms(
      reader,
      links.map((link) => textIn(link, 'transaction_id')),
    );
    for (const link of links) {
      const why = objectionTo(link, head, forms);
      if (why !== null) return report(reader, head, { seq: head.seq + 1, why });
      head = { seq: head.seq + 1, hash: textIn(link, 'hash') };
    }
    if (links.length < pageSize) return report(reader, head, null);
  }
}

/** The hash of a link: SHA-256 over the hash before it, a line feed, and the canonical form of the transaction. */
export function linkHash(previousHash: string, canonicalForm: string): string {
  return sha256(`${previousHash}\n${canonicalForm}`);
}

/**
 * The canonical form of each transaction named, by id; one that is not in the book has none. It is the JSON text, in
 * UTF-8 and without blanks, of `[1, [columns…], [[entry…]…]]`: 1 is the form's version, the columns are those of
 * `ledger_transaction` in the order of `transactionColumns`, the entries come by position, each as account code, seq,
 * position, side, type, counterparty, amount, balance after and recorded_at. Every value is the text that the database
 * shows, numbers and times (`YYYY-MM-DD HH:MM:SS.ffffff`) included, or null.
 */
export async function canonicalForms(reader: SqlReader, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const places = ids.map(() => '?').join(',');
  const transactions = await reader.rows(
    `SELECT ${asText(transactionColumns, 't')} FROM ledger_transaction t WHERE t.id IN (${places})`,
    ids,
  );
  const entries = await reader.rows(
    `SELECT e.transaction_id, a.code, ${asText(entryColumns, 'e')} FROM ledger_entry e
     LEFT JOIN ledger_account a ON a.id = e.account_id
     WHERE e.transaction_id IN (${places}) ORDER BY e.transaction_id, e.position, e.account_id, e.seq`,
    ids,
  );
  const entriesById = new Map<string, (string | null)[][]>();
  for (const entry of entries) {
    const id = textIn(entry, 'transaction_id');
    const line = ['code', ...entryColumns].map((column) => optionalTextIn(entry, column));
    entriesById.set(id, [...(entriesById.get(id) ?? []), line]);
  }
  return new Map(transactions.map((row) => canonicalForm(row, entriesById)));
}

const entryColumns = [
  ...['seq', 'position', 'side', 'type', 'counterparty', 'amount_minor', 'balance_after_minor', 'recorded_at'],
];

/** As text, so that a number too large for JavaScript is still compared digit by digit. */
function asText(columns: readonly string[], alias: string): string {
  return columns.map((column) => `CAST(${alias}.${column} AS CHAR) AS ${column}`).join(', ');
}

function canonicalForm(row: BookRow, entriesById: ReadonlyMap<string, (string | null)[][]>): [string, string] {
  const id = textIn(row, 'id');
  const columns = transactionColumns.map((column) => optionalTextIn(row, column));
  return [id, JSON.stringify([1, columns, entriesById.get(id) ?? []])];
}

function objectionTo(
  link: BookRow,
  head: { readonly seq: number; readonly hash: string },
  forms: ReadonlyMap<string, string>,
): string | null {
  const id = textIn(link, 'transaction_id');
  const form = forms.get(id);
  if (numberIn(link, 'seq') !== head.seq + 1) return `the chain goes on with ${numberIn(link, 'seq')}`;
  if (form === undefined) return `transaction ${id} is not in the book`;
  if (linkHash(head.hash, form) !== textIn(link, 'hash')) return `transaction ${id} or its seal was changed`;
  return null;
}

async function report(
  reader: SqlReader,
  head: { readonly seq: number; readonly hash: string },
  broken: ChainReport['broken'],
): Promise<ChainReport> {
  const [row] = await reader.rows(
    `SELECT COUNT(*) AS unsealed FROM ledger_transaction t
     LEFT JOIN ledger_seal s ON s.transaction_id = t.id WHERE s.seq IS NULL`,
  );
  const unsealedCount = row === undefined ? 0 : numberIn(row, 'unsealed');
  return { sealedCount: head.seq, headHash: head.hash, unsealedCount, broken };
}
