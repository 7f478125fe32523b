import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { money } from '../domain/money.ts';
import { dayForPeople, localDayForPeople } from './local-day.ts';
import { pdfFonts, type PdfFonts } from './pdf-fonts.ts';
import type { HolderRow } from './holder-rows.ts';
import type { StatementFile } from './statement-file.ts';
import { groupedMajor, shownBalance } from './statement-header.ts';

export interface PdfOptions {
  /** Whose days are shown. */
  readonly zone: string;
  /** The days that the statement was cut to, as they were asked for. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A statement and what stands above its rows. */
export interface PdfStatement extends StatementFile {
  /** Whose statement it is. */
  readonly name: string;
  /** Lines below the title. */
  readonly particulars: readonly string[];
}

/** A statement as PDF, made while it is read; the same bytes for the same file (decisions D35). */
export async function pdfOf(file: PdfStatement, options: PdfOptions): Promise<Readable> {
  const document = newDocument(file, await pdfFonts());
  write(document, file, options).catch((error: unknown) => {
    document.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return document;
}

/** A4, lying, in points. */
const page = { width: 841.89, height: 595.28, margin: 36, tableEnd: 547, footer: 560 } as const;
const size = { title: 15, head: 9, cell: 7.5 } as const;
const gap = 4;

/** Columns from left to right, 770 points in all; amounts stand on the right. */
const columns = [
  { heading: 'Date', width: 62, cell: (row: HolderRow, zone: string) => localDayForPeople(row.recordedAt, zone) },
  { heading: 'Reference', width: 88, cell: (row: HolderRow) => row.reference },
  { heading: 'Counterparty', width: 136, cell: (row: HolderRow) => row.counterparty?.name ?? '' },
  { heading: 'Type', width: 94, cell: (row: HolderRow) => row.type },
  { heading: 'Description', width: 186, cell: (row: HolderRow) => row.description },
  { heading: 'In', width: 68, isAmount: true, cell: (row: HolderRow) => shownSide(row, 1) },
  { heading: 'Out', width: 68, isAmount: true, cell: (row: HolderRow) => shownSide(row, -1) },
  { heading: 'Balance', width: 68, isAmount: true, cell: (row: HolderRow) => groupedMajor(row.balanceAfter) },
] as const;

type Pdf = InstanceType<typeof PDFDocument>;

function newDocument({ name, asOf }: PdfStatement, fonts: PdfFonts): Pdf {
  const document = new PDFDocument({
    size: [page.width, page.height],
    margins: { top: page.margin, left: page.margin, right: page.margin, bottom: 18 },
    autoFirstPage: false,
    // Without one of its own the document would begin with Helvetica, which knows no more than Latin-1.
    font: '',
    info: { Title: `Statement of ${name}`, Creator: 'Tillflow', CreationDate: new Date(asOf) },
  });
  document.registerFont('plain', fonts.plain);
  document.registerFont('bold', fonts.bold);
  return document;
}

async function write(document: Pdf, file: PdfStatement, options: PdfOptions): Promise<void> {
  let pageNo = 1;
  document.addPage();
  writeHeader(document, file, options);
  writeHeadings(document);
  for await (const rows of file.batches()) {
    for (const row of rows) {
      const cells = columns.map(({ cell }) => cell(row, options.zone));
      const height = heightOf(document, cells);
      if (document.y + height > page.tableEnd) {
        writeFooter(document, pageNo);
        // Others have a turn between pages, and a caller who has gone is not written for.
        await nextTurn();
        if (document.destroyed) return;
        document.addPage();
        pageNo += 1;
        writeHeadings(document);
      }
      writeCells(document, cells, height);
    }
  }
  writeFooter(document, pageNo);
  document.end();
}

function writeHeader(document: Pdf, file: PdfStatement, options: PdfOptions): void {
  const { name, particulars, asOf, closingBalance, currency } = file;
  const today = localDayForPeople(asOf, options.zone);
  document.font('bold').fontSize(size.title);
  document.text(`Statement of ${name}, ${today}`, page.margin, page.margin);
  document.font('plain').fontSize(size.head).moveDown(0.4);
  for (const line of particulars) document.text(line);
  if (options.from !== undefined || options.to !== undefined) document.text(`Period: ${periodOf(options, today)}`);
  const balance = shownBalance(closingBalance);
  document.text(`Balance: ${balance}${closingBalance === null ? '' : ` ${currency}`}`).moveDown(1);
}

function periodOf({ from, to }: PdfOptions, today: string): string {
  const end = `to ${to === undefined ? today : dayForPeople(to)}`;
  return from === undefined ? end : `${dayForPeople(from)} ${end}`;
}

function writeHeadings(document: Pdf): void {
  document.font('bold').fontSize(size.cell);
  const headings = columns.map(({ heading }) => heading);
  writeCells(document, headings, heightOf(document, headings));
  document.font('plain');
}

/** The height of a row: its tallest cell's, in the font that is set. */
function heightOf(document: Pdf, cells: readonly string[]): number {
  const heights = columns.map(({ width }, index) =>
    document.heightOfString(cells[index] ?? '', { width: width - gap }),
  );
  return Math.max(...heights) + gap;
}

/** Writes a row with a line below it, and goes on beneath. */
function writeCells(document: Pdf, cells: readonly string[], height: number): void {
  const top = document.y;
  let left: number = page.margin;
  for (const [index, column] of columns.entries()) {
    const align = 'isAmount' in column ? 'right' : 'left';
    document.text(cells[index] ?? '', left, top, { width: column.width - gap, align });
    left += column.width;
  }
  const line = top + height - gap / 2;
  document.moveTo(page.margin, line).lineTo(left, line).lineWidth(0.25).strokeColor('#999999').stroke();
  document.y = top + height;
}

function writeFooter(document: Pdf, pageNo: number): void {
  const width = page.width - 2 * page.margin;
  document.text(`Page ${pageNo}`, page.margin, page.footer, { width, align: 'right', lineBreak: false });
}

/** The amount without its sign in the column of its direction, and nothing in the other. */
function shownSide({ amount }: HolderRow, direction: 1 | -1): string {
  const isOut = amount.amountMinor < 0;
  if (isOut !== (direction === -1)) return '';
  return groupedMajor(money(Math.abs(amount.amountMinor), amount.currency));
}
