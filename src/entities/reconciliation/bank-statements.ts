import { attemptsIn, type BankEntry, type BankLine } from '../../domain/reconciliation/bank-statement.ts';
import { payoutId, type PayoutId } from '../../domain/ids.ts';
import { claimKey } from '../../domain/reconciliation/reconciliation.ts';
import {
  isoTime,
  numberOf,
  optionalText,
  sqlTime,
  textOf,
  type SqlPool,
  type SqlRow,
  type Statement,
} from '../sql-pool.ts';

/** Our own account at a bank, as in `bank/<bankRef>/<CUR>`. */
export interface BankPlace {
  readonly bankRef: string;
  readonly currency: string;
}

/** A line that is no movement of the book yet. */
export interface OpenLine extends BankLine {
  readonly statementId: string;
  readonly lineNo: number;
}

/** A movement of the book that no statement has shown yet. */
export interface OpenEntry extends BankEntry {
  readonly kind: string;
  readonly payoutId: string | null;
  /** Made by us alone: the bank need not know of it. */
  readonly isOwn: boolean;
}

/** An attempt to pay that a line of a statement speaks of. */
export interface ShownPayout {
  readonly statementId: string;
  readonly lineNo: number;
  readonly payoutId: PayoutId;
  readonly attemptNo: number;
}

/** The code of the account in the book, which names the place of its differences. */
export function placeCode({ bankRef, currency }: BankPlace): string {
  return `bank/${bankRef}/${currency}`;
}

/** Whether the book has ever booked anything there. */
export async function isBankPlace(pool: SqlPool, place: BankPlace): Promise<boolean> {
  const rows = await pool.rows('SELECT id FROM ledger_account WHERE code = ?', [placeCode(place)]);
  return rows.length > 0;
}

/** Lines of all statements of the place that are no movement of the book yet, in their order. */
export async function openLines(pool: SqlPool, { bankRef, currency }: BankPlace): Promise<readonly OpenLine[]> {
  const rows = await pool.rows(
    `SELECT l.statement_id, l.line_no, l.booked_on, l.amount_minor, l.reference, l.description
     FROM bank_statement s JOIN bank_statement_line l ON l.statement_id = s.id
     WHERE s.bank_ref = ? AND s.currency = ? AND l.transaction_id IS NULL AND l.amount_minor <> 0
     ORDER BY s.no, l.line_no`,
    [bankRef, currency],
  );
  return rows.map((row) => ({
    statementId: textOf(row, 'statement_id'),
    lineNo: numberOf(row, 'line_no'),
    bookedOn: textOf(row, 'booked_on'),
    amountMinor: numberOf(row, 'amount_minor'),
    reference: textOf(row, 'reference'),
    description: textOf(row, 'description'),
  }));
}

/** First and last day of every statement of the place. */
export async function statementDays(
  pool: SqlPool,
  { bankRef, currency }: BankPlace,
): Promise<readonly { readonly fromDay: string; readonly toDay: string }[]> {
  const rows = await pool.rows('SELECT from_day, to_day FROM bank_statement WHERE bank_ref = ? AND currency = ?', [
    ...[bankRef, currency],
  ]);
  return rows.map((row) => ({ fromDay: textOf(row, 'from_day'), toDay: textOf(row, 'to_day') }));
}

/** Movements of the book at the place since `since` (ISO 8601 UTC) that no statement has shown. */
export async function openEntries(pool: SqlPool, place: BankPlace, since: string): Promise<readonly OpenEntry[]> {
  const rows = await pool.rows(
    `SELECT t.id, t.kind, t.op_key, t.provider_ref, t.payout_id, e.recorded_at, f.reference,
       IF(e.side = 'debit', e.amount_minor, -e.amount_minor) AS signed_minor
     FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id JOIN ledger_transaction t ON t.id = e.transaction_id
     LEFT JOIN bank_statement_line m ON m.transaction_id = t.id
     LEFT JOIN payout_file_line f ON f.payout_id = t.payout_id
       AND t.op_key IN (CONCAT('payout-', f.payout_id, '-confirmed-', f.attempt_no),
         CONCAT('payout-', f.payout_id, '-returned-', f.attempt_no))
     WHERE a.code = ? AND e.recorded_at >= ? AND m.transaction_id IS NULL ORDER BY e.seq`,
    [placeCode(place), sqlTime(since)],
  );
  return rows.map(entryOf);
}

function entryOf(row: SqlRow): OpenEntry {
  const [kind, providerRef] = [textOf(row, 'kind'), optionalText(row, 'provider_ref')];
  return {
    transactionId: textOf(row, 'id'),
    amountMinor: numberOf(row, 'signed_minor'),
    references: [optionalText(row, 'reference'), providerRef].flatMap((name) => name ?? []),
    recordedAt: isoTime(textOf(row, 'recorded_at')),
    kind,
    payoutId: optionalText(row, 'payout_id'),
    isOwn: claimKey({ kind, providerRef, opKey: textOf(row, 'op_key') }) === null,
  };
}

const chunkSize = 200;

/** What a line says of a payout: a filed one went out, or one that was confirmed came back. */
export type ShownWord = 'confirm' | 'return';

/** In which state a payout is moved by such a word, and with which sign the bank shows it. */
const wordOf = { confirm: { state: 'filed', sign: -1 }, return: { state: 'confirmed', sign: 1 } } as const;

/** Payouts that `lines` name and `word` would move, each by the amount that it pays, to the cent. */
export async function payoutsShownIn(
  pool: SqlPool,
  { currency }: BankPlace,
  { lines, word }: { readonly lines: readonly OpenLine[]; readonly word: ShownWord },
): Promise<readonly ShownPayout[]> {
  const { state, sign } = wordOf[word];
  const wanted = lines
    .filter(({ amountMinor }) => Math.sign(amountMinor) === sign)
    .flatMap((line) => attemptsIn(line).map((name) => ({ name, line })));
  const byName = new Map(wanted.map(({ name, line }) => [name, line]));
  const found: ShownPayout[] = [];
  await inChunks([...byName.keys()], async (names) => {
    const rows = await pool.rows(
      `SELECT f.reference, f.payout_id, f.attempt_no, p.amount_minor FROM payout_file_line f
       JOIN payout p ON p.id = f.payout_id AND p.attempt_no = f.attempt_no
       WHERE p.state = ? AND p.currency = ? AND f.reference IN (${names.map(() => '?').join(', ')})
       ORDER BY p.no`,
      [state, currency, ...names],
    );
    found.push(...rows.flatMap((row) => shownOf(row, byName.get(textOf(row, 'reference')))));
  });
  return found;
}

function shownOf(row: SqlRow, line: OpenLine | undefined): readonly ShownPayout[] {
  if (line === undefined || numberOf(row, 'amount_minor') !== Math.abs(line.amountMinor)) return [];
  const { statementId, lineNo } = line;
  return [
    { statementId, lineNo, payoutId: payoutId(textOf(row, 'payout_id')), attemptNo: numberOf(row, 'attempt_no') },
  ];
}

/** Which line is which movement; of two who say so at once, one is refused by the database and looks again. */
export async function keepMatches(
  pool: SqlPool,
  place: BankPlace,
  matches: readonly { readonly line: OpenLine; readonly entry: OpenEntry }[],
): Promise<void> {
  await inChunks(matches, async (chunk) => {
    await pool.transact(
      chunk.map(({ line, entry }): Statement => ({
        sql: `UPDATE bank_statement_line SET transaction_id = ?, payout_id = ?
          WHERE statement_id = ? AND line_no = ? AND transaction_id IS NULL`,
        values: [entry.transactionId, entry.payoutId, line.statementId, line.lineNo],
      })),
    );
  });
  await pool.run(
    `UPDATE bank_statement s SET s.matched = (SELECT COUNT(*) FROM bank_statement_line l
       WHERE l.statement_id = s.id AND l.transaction_id IS NOT NULL) WHERE s.bank_ref = ? AND s.currency = ?`,
    [place.bankRef, place.currency],
  );
}

async function inChunks<T>(items: readonly T[], use: (chunk: readonly T[]) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += chunkSize) await use(items.slice(at, at + chunkSize));
}
