import { stringify } from 'csv-stringify/sync';

/** Lets a spreadsheet see UTF-8; only where it is asked for. */
export const byteOrderMark = '\uFEFF';

/** Records as CSV (RFC 4180): lines end in CR LF, and what needs quotes has them. */
export function csvLines(records: readonly (readonly string[])[]): string {
  return records.map(csvLine).join('');
}

/** The library makes its options anew for each call: only what has lines of its own, or no comma, is left to it. */
function csvLine(record: readonly string[]): string {
  const cells = record.join(',');
  if (record.length < 2 || lineBreak.test(cells)) return stringify([[...record]], { record_delimiter: 'windows' });
  return `${isBare(cells, record.length) ? cells : record.map(csvCell).join(',')}\r\n`;
}

/** Whether no cell of a line that was joined from `count` of them needs quotes. */
function isBare(cells: string, count: number): boolean {
  if (cells.includes('"')) return false;
  let commas = 0;
  for (let at = cells.indexOf(','); at >= 0; at = cells.indexOf(',', at + 1)) commas += 1;
  return commas === count - 1;
}

function csvCell(cell: string): string {
  return cell.includes(',') || cell.includes('"') ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const lineBreak = /[\r\n]/;

/** What a spreadsheet would take for a formula, also behind blanks and in full width. */
const formula = /^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/;

/** Text that came from people, as a cell that no spreadsheet runs (decisions D35). Amounts do not go through here. */
export function textCell(text: string): string {
  return formula.test(text) || /^[\t\r\n]/.test(text) ? `'${text}` : text;
}
