import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { exponentOf } from '../domain/currency.ts';
import { formatMajor } from '../domain/money.ts';
import type { Worksheet } from 'exceljs';
import { openWorkbook } from './reconciliation/dated-workbook.ts';
import type { Cell, SheetRecord } from './report-cells.ts';

/** One tab of a workbook. */
export interface WorkbookTab {
  readonly tab: string;
  readonly records: readonly SheetRecord[];
}

/**
 * `tabs` as an XLSX file: amounts and counts are numbers, the rest is text. The same tabs and instant give the same
 * bytes: whatever would say when the file was made says `asOf` (decisions D35).
 */
export async function workbookOf(tabs: readonly WorkbookTab[], asOf: string): Promise<Buffer> {
  const out = new PassThrough();
  const workbook = openWorkbook(out, new Date(asOf));
  workbook.creator = 'Tillflow';
  workbook.lastModifiedBy = 'Tillflow';
  for (const { tab, records } of tabs) {
    const sheet = workbook.addWorksheet(tab);
    fill(sheet, records);
    sheet.commit();
  }
  const [bytes] = await Promise.all([buffer(out), workbook.commit()]);
  return bytes;
}

function fill(sheet: Worksheet, records: readonly SheetRecord[]): void {
  for (const record of records) {
    const row = sheet.addRow(record.map(valueOf));
    record.forEach((cell, index) => {
      const format = formatOf(cell);
      if (format !== null) row.getCell(index + 1).numFmt = format;
    });
    row.commit();
  }
}

/** A spreadsheet counts in doubles; 15 digits of them are exact, which is more than any sum of ours has. */
function valueOf(cell: Cell): string | number | null {
  return typeof cell === 'object' && cell !== null ? Number(formatMajor(cell)) : cell;
}

function formatOf(cell: Cell): string | null {
  if (typeof cell !== 'object' || cell === null) return null;
  const places = exponentOf(cell.currency);
  return places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}`;
}
