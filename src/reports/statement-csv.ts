import { Readable } from 'node:stream';
import { formatMajor } from '../domain/money.ts';
import { byteOrderMark, csvLines, textCell } from './csv-text.ts';
import type { HolderRow } from './holder-rows.ts';
import { localTimestamp } from './local-day.ts';
import type { StatementFile } from './statement-file.ts';

export interface CsvOptions {
  /** Whose local times are shown. */
  readonly zone: string;
  readonly hasByteOrderMark: boolean;
}

/** What a statement says above its rows, and how it says one of them. */
export interface CsvLayout<Row> {
  readonly head: readonly (readonly string[])[];
  record(row: Row): readonly string[];
}

/** The headings of statements of all holders (cobalt.md 3.1, 3.2). */
export const statementHeadings = [
  ...['Date', 'Counterparty', 'Reference', 'Type', 'Description', 'Amount', 'Balance'],
] as const;

/** The cells under `statementHeadings`. */
export function statementCells(row: HolderRow, zone: string): readonly string[] {
  return [
    localTimestamp(row.recordedAt, zone),
    textCell(row.counterparty?.name ?? ''),
    row.reference,
    row.type,
    textCell(row.description),
    formatMajor(row.amount),
    formatMajor(row.balanceAfter),
  ];
}

/** A statement as CSV, made while it is read; the same bytes for the same file. */
export function csvOf<Row extends HolderRow>(
  { batches }: Pick<StatementFile<Row>, 'batches'>,
  layout: CsvLayout<Row>,
  { hasByteOrderMark }: Pick<CsvOptions, 'hasByteOrderMark'>,
): Readable {
  const chunks = async function* (): AsyncGenerator<string> {
    yield (hasByteOrderMark ? byteOrderMark : '') + csvLines(layout.head);
    for await (const rows of batches()) yield csvLines(rows.map((row) => layout.record(row)));
  };
  return Readable.from(chunks(), { objectMode: false });
}
