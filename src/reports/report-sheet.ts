import { Readable } from 'node:stream';
import { formatMajor } from '../domain/money.ts';
import type { ReportFormat } from '../domain/reports/report-job.ts';
import { byteOrderMark, csvLines, textCell } from './csv-text.ts';
import { localTimestamp } from './local-day.ts';
import type { Cell, SheetRecord } from './report-cells.ts';
import type { MadeReport } from './report.ts';
import { workbookOf } from './report-workbook.ts';

/** A table that is read while it is written. */
export interface ReportSheet {
  /** Without its ending. */
  readonly fileName: string;
  /** What the tab of a workbook is called. */
  readonly tab: string;
  /** For the progress; an estimate will do. */
  readonly expectedRecords: number;
  readonly batches: () => AsyncGenerator<readonly SheetRecord[]>;
}

export interface SheetOptions {
  readonly format: ReportFormat;
  readonly hasByteOrderMark: boolean;
  /** ISO 8601 UTC; what a workbook says of its own making, so that the same sheet has the same bytes. */
  readonly asOf: string;
}

/** `sheet` as a file. CSV is made while it is read; a workbook is whole in memory (about 1 kB a row). */
export function sheetFile(sheet: ReportSheet, options: SheetOptions): MadeReport {
  const counter = { done: 0 };
  const batches = counted(sheet, counter);
  const isWorkbook = options.format === 'xlsx';
  const chunks = isWorkbook ? workbook(sheet, batches, options) : csv(batches, options.hasByteOrderMark);
  return {
    stream: Readable.from(chunks, { objectMode: false }),
    fileName: `${sheet.fileName}.${options.format}`,
    contentType: isWorkbook ? workbookType : 'text/csv; charset=utf-8',
    progress: () => percentOf(counter.done, sheet.expectedRecords),
  };
}

const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Whole percent, and 99 at most: all is said only when the end was seen. */
function percentOf(done: number, expected: number): number {
  if (expected <= 0) return 0;
  return Math.min(99, Number((BigInt(done) * 100n) / BigInt(expected)));
}

async function* counted(sheet: ReportSheet, counter: { done: number }): AsyncGenerator<readonly SheetRecord[]> {
  for await (const records of sheet.batches()) {
    yield records;
    counter.done += records.length;
  }
}

async function* csv(
  batches: AsyncGenerator<readonly SheetRecord[]>,
  hasByteOrderMark: boolean,
): AsyncGenerator<string> {
  if (hasByteOrderMark) yield byteOrderMark;
  for await (const records of batches) yield csvLines(records.map((record) => record.map(csvCell)));
}

async function* workbook(
  { tab }: ReportSheet,
  batches: AsyncGenerator<readonly SheetRecord[]>,
  { asOf }: SheetOptions,
): AsyncGenerator<Buffer> {
  const records: SheetRecord[] = [];
  for await (const batch of batches) records.push(...batch);
  yield await workbookOf([{ tab, records }], asOf);
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return textCell(cell);
  return typeof cell === 'number' ? String(cell) : formatMajor(cell);
}

/** The first line of every report: what it is, who asked for it, and the instant that it was made for. */
export function titleRecord(
  title: string,
  { requester, asOf }: { readonly requester: string; readonly asOf: string },
  zone: string,
): SheetRecord {
  return [title, `Downloaded by ${requester}`, localTimestamp(asOf, zone)];
}

/** `head`, then a record of each row, batch by batch. */
export async function* headed<Row>(
  head: readonly SheetRecord[],
  batches: AsyncGenerator<readonly Row[]>,
  record: (row: Row) => SheetRecord,
): AsyncGenerator<readonly SheetRecord[]> {
  yield head;
  for await (const rows of batches) yield rows.map(record);
}

/** How `request` wants its file. */
export function fileOptions(request: {
  readonly format: ReportFormat;
  readonly asOf: string;
  readonly params: { readonly bom: 'true' | 'false' };
}): SheetOptions {
  return { format: request.format, asOf: request.asOf, hasByteOrderMark: request.params.bom === 'true' };
}
