import type { Readable } from 'node:stream';
import { textCell } from '../csv-text.ts';
import { localTimestamp } from '../local-day.ts';
import { csvOf, statementCells, statementHeadings, type CsvOptions } from '../statement-csv.ts';
import type { MemberFile } from '../statement-file.ts';

/** A member's statement as CSV (cobalt.md 3.1). */
export function statementCsv(file: MemberFile, options: CsvOptions): Readable {
  const { zone } = options;
  const { name, no } = file.header;
  const title = [textCell(name), String(no), localTimestamp(file.asOf, zone)];
  return csvOf(file, { head: [title, statementHeadings], record: (row) => statementCells(row, zone) }, options);
}
