import { stringify } from 'csv-stringify/sync';

/** Lets a spreadsheet see UTF-8; only where it is asked for. */
export const byteOrderMark = '\uFEFF';

/** Records as CSV (RFC 4180): lines end in CR LF, and what needs quotes has them. */
export function csvLines(records: readonly (readonly string[])[]): string {
  return records.map(csvLine).join('');
}

/** Most records have nothing to quote, and the library takes far longer to find that out than to be asked less. */
function csvLine(record: readonly string[]): string {
  const isPlain = record.length > 1 && !record.some((cell) => needsQuotes.test(cell));
  return isPlain ? `${record.join(',')}\r\n` : stringify([[...record]], { record_delimiter: 'windows' });
}

const needsQuotes = /[",\r\n]/;

/** What a spreadsheet would take for a formula, also behind blanks and in full width. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Text that came from people, as a cell that no spreadsheet runs (decisions D35). Amounts do not go through here. */
export function textCell(text: string): string {
  return formula.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
