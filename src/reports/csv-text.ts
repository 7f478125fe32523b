import { stringify } from 'csv-stringify/sync';

/** Lets a spreadsheet see UTF-8; only where it is asked for. */
export const byteOrderMark = '\uFEFF';

/** Records as CSV (RFC 4180): lines end in CR LF, and what needs quotes has them. */
export function csvLines(records: readonly (readonly string[])[]): string {
  return records.map(csvLine).join('');
}

/** The library makes its options anew for each call: only what has lines of its own, or no comma, is left to it. */
function csvLine(record: readonly string[]): string {
  let line = '';
  for (const cell of record) {
    if (lineBreak.test(cell)) return byLibrary(record);
    line += `,${needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell}`;
  }
  return record.length > 1 ? `${line.slice(1)}\r\n` : byLibrary(record);
}

function byLibrary(record: readonly string[]): string {
  return stringify([[...record]], { record_delimiter: 'windows' });
}

const lineBreak = /[\r\n]/;
const needsQuotes = /[",]/;

/** What a spreadsheet would take for a formula, also behind blanks and in full width. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Text that came from people, as a cell that no spreadsheet runs (decisions D35). Amounts do not go through here. */
export function textCell(text: string): string {
  return formula.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
