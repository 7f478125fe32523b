import { Readable } from 'node:stream';
import { formatMajor } from '../domain/money.ts';
import { byteOrderMark, csvLines, textCell } from './csv-text.ts';
import { localTimestamp } from './local-day.ts';
import type { StatementFile } from './statement-file.ts';
import type { StatementRow } from './statement-rows.ts';

const headings = ['Date', 'Counterparty', 'Reference', 'Type', 'Description', 'Amount', 'Balance'];

export interface CsvOptions {
  /** Whose local times are shown. */
  readonly zone: string;
  readonly hasByteOrderMark: boolean;
}

/** The statement as CSV (cobalt.md 3.1), made while it is read; the same bytes for the same file. */
export function statementCsv(file: StatementFile, options: CsvOptions): Readable {
  return Readable.from(chunks(file, options), { objectMode: false });
}

async function* chunks(file: StatementFile, { zone, hasByteOrderMark }: CsvOptions): AsyncGenerator<string> {
  const { name, no } = file.header;
  const title = [textCell(name), String(no), localTimestamp(file.asOf, zone)];
  yield (hasByteOrderMark ? byteOrderMark : '') + csvLines([title, headings]);
  for await (const rows of file.batches()) yield csvLines(rows.map((row) => record(row, zone)));
}

function record(row: StatementRow, zone: string): string[] {
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
