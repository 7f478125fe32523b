import { exponentOf } from '../domain/currency.ts';
import { formatMajor } from '../domain/money.ts';
import type exceljs from 'exceljs';
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
  // A third of a second of loading that only sheets are worth.
  const { default: library } = await import('exceljs');
  const workbook = new library.Workbook();
  const made = new Date(asOf);
  workbook.created = made;
  workbook.modified = made;
  workbook.creator = 'Tillflow';
  workbook.lastModifiedBy = 'Tillflow';
  for (const { tab, records } of tabs) fill(workbook.addWorksheet(tab), records);
  return withoutTimes(Buffer.from(await workbook.xlsx.writeBuffer()));
}

function fill(sheet: exceljs.Worksheet, records: readonly SheetRecord[]): void {
  for (const record of records) {
    const row = sheet.addRow(record.map(valueOf));
    record.forEach((cell, index) => {
      const format = formatOf(cell);
      if (format !== null) row.getCell(index + 1).numFmt = format;
    });
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

/** The first moment that a ZIP archive can name, as its two words of two bytes: midnight, 1 January 1980. */
const firstMoment = Buffer.from([0, 0, 0x21, 0]);

/** A ZIP archive with every entry's time set to the same: the library writes the moment of the making. */
function withoutTimes(archive: Buffer): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  let at = archive.readUInt32LE(end + 16);
  for (let entries = archive.readUInt16LE(end + 10); entries > 0; entries -= 1) {
    firstMoment.copy(archive, at + 12);
    firstMoment.copy(archive, archive.readUInt32LE(at + 42) + 10);
    at += 46 + archive.readUInt16LE(at + 28) + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return archive;
}
