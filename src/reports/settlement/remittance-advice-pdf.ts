import PDFDocument from 'pdfkit';
import { negate, type Money } from '../../domain/money.ts';
import { dayForPeople, localDayForPeople } from '../local-day.ts';
import type { MovementGroup, NamedThing } from '../movement-groups.ts';
import { pdfFonts, type PdfFonts } from '../pdf-fonts.ts';
import { periodForPeople, type FeeInvoice, type RemittanceAdviceFacts } from './remittance-advice.ts';
import { groupedMajor } from '../statement-header.ts';

/** The advice as PDF; the same bytes for the same facts (decisions D35). */
export async function remittanceAdvicePdf(facts: RemittanceAdviceFacts): Promise<Buffer> {
  const document = newDocument(facts, await pdfFonts());
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<void>((done, failed) => {
    document.on('end', done);
    document.on('error', failed);
  });
  writeTop(document, facts);
  writeMovements(document, facts);
  writeFigures(document, facts);
  if (facts.invoice !== null) writeInvoice(document, facts, facts.invoice);
  writeFooters(document, facts);
  document.end();
  await ended;
  return Buffer.concat(chunks);
}

/** A4, standing, in points. */
const page = { width: 595.28, height: 841.89, margin: 48, end: 780, footer: 800 } as const;
const inner = page.width - 2 * page.margin;
const size = { title: 16, head: 11, text: 9, cell: 8 } as const;
const gap = 5;
/** Where amounts of the figures and the invoice end, and how far their words may go. */
const sums = { label: 380, amount: inner - 380 } as const;

/** From left to right, `inner` in all. */
const columns = [
  { heading: 'Type', width: 110 },
  { heading: 'What', width: 189 },
  { heading: 'Date', width: 70 },
  { heading: 'Entries', width: 45, isAmount: true },
  { heading: 'Amount', width: inner - 414, isAmount: true },
] as const;

type Pdf = InstanceType<typeof PDFDocument>;

function newDocument({ no, organisation, settledAt }: RemittanceAdviceFacts, fonts: PdfFonts): Pdf {
  const document = new PDFDocument({
    size: [page.width, page.height],
    margins: { top: page.margin, left: page.margin, right: page.margin, bottom: 18 },
    // The footers name how many pages there are.
    bufferPages: true,
    autoFirstPage: false,
    // Without one of its own the document would begin with Helvetica, which knows no more than Latin-1.
    font: '',
    info: {
      Title: `Remittance advice ${no} for ${organisation.name}`,
      Creator: 'Tillflow',
      CreationDate: new Date(settledAt),
    },
  });
  document.registerFont('plain', fonts.plain);
  document.registerFont('bold', fonts.bold);
  document.addPage();
  return document;
}

function writeTop(document: Pdf, facts: RemittanceAdviceFacts): void {
  const { no, reference, organisation, settledAt, zone, bank } = facts;
  document.font('bold').fontSize(size.title).text('Remittance advice', page.margin, page.margin);
  document.fontSize(size.head).moveDown(0.6).text(organisation.name);
  document.font('plain').fontSize(size.text);
  for (const line of linesOf(organisation.address)) document.text(line);
  document.text(`Organisation number ${organisation.no}`).moveDown(0.8);
  document.text(`Payout number: ${no}`);
  document.text(`Reference: ${reference}`);
  document.text(`Period: ${periodForPeople(facts)}`);
  document.text(`Settled on: ${localDayForPeople(settledAt, zone)}`);
  if (bank !== null) document.text(`Paid to: ${bank}`);
  document.text(`Currency: ${facts.payout.currency}`).moveDown(1);
}

function writeMovements(document: Pdf, { opening, movements, closing }: RemittanceAdviceFacts): void {
  heading(document, 'What it is made of');
  writeHeadings(document);
  writeRow(document, ['Opening balance', '', '', '', groupedMajor(opening)]);
  for (const movement of movements) writeRow(document, cellsOf(movement));
  document.font('bold');
  writeRow(document, ['Closing balance', '', '', '', groupedMajor(closing)]);
  document.font('plain').moveDown(1);
}

function cellsOf({ type, session, event, amount, count }: MovementGroup): readonly string[] {
  const thing = event ?? session;
  const date = thing?.date ?? null;
  return [type, nameOf(thing), date === null ? '' : dayForPeople(date), String(count), groupedMajor(amount)];
}

function nameOf(thing: NamedThing | null): string {
  if (thing === null) return '';
  const name = thing.name ?? thing.ref;
  return thing.parent === null ? name : `${name} (${thing.parent})`;
}

function writeFigures(document: Pdf, { settled, fee, tax, payout, feeBp, invoice }: RemittanceAdviceFacts): void {
  roomFor(document, 110);
  heading(document, 'What is paid');
  writeSum(document, 'Settled', settled);
  writeSum(document, feeBp === null ? 'Fee' : `Fee (${percent(feeBp)} of what is settled, with its tax)`, negate(fee));
  writeSum(document, `${invoice?.tax?.label ?? 'Tax'} on the fee`, negate(tax));
  document.font('bold');
  writeSum(document, 'Payout', payout);
  document.font('plain').moveDown(1);
}

function writeInvoice(document: Pdf, facts: RemittanceAdviceFacts, { issuer, tax, total }: FeeInvoice): void {
  const { organisation } = facts;
  // On one page, since it may be kept apart.
  roomFor(document, 230 + 12 * (linesOf(issuer.address).length + linesOf(organisation.address).length));
  heading(document, tax === null ? 'Invoice' : 'Tax invoice');
  document.text(`Invoice number: ${facts.no}`, page.margin);
  document.text(`Invoice date: ${localDayForPeople(facts.settledAt, facts.zone)}`).moveDown(0.6);
  document.font('bold').text('From').font('plain').text(issuer.name);
  for (const line of linesOf(issuer.address)) document.text(line);
  if (issuer.taxId !== null) document.text(`${issuer.taxIdLabel}: ${issuer.taxId}`);
  document.moveDown(0.6).font('bold').text('Invoice to').font('plain').text(organisation.name);
  for (const line of linesOf(organisation.address)) document.text(line);
  document.moveDown(0.6);
  writeSum(document, `Settlement fee for ${periodForPeople(facts)}`, facts.fee);
  if (tax !== null)
    writeSum(document, tax.rateBp === null ? tax.label : `${tax.label} ${percent(tax.rateBp)}`, facts.tax);
  document.font('bold');
  writeSum(document, `Total ${total.currency}`, total);
  document.font('plain').moveDown(0.4);
  document.text('Paid: it was kept from what was settled.', page.margin);
}

function heading(document: Pdf, text: string): void {
  document.font('bold').fontSize(size.head).text(text, page.margin).moveDown(0.3).font('plain').fontSize(size.text);
}

function writeSum(document: Pdf, label: string, amount: Money): void {
  const top = document.y;
  document.text(label, page.margin, top, { width: sums.label });
  const below = document.y;
  document.text(groupedMajor(amount), page.margin + sums.label, top, { width: sums.amount, align: 'right' });
  document.y = below + 2;
}

function writeHeadings(document: Pdf): void {
  document.font('bold').fontSize(size.cell);
  writeCells(
    document,
    columns.map((column) => column.heading),
  );
  document.font('plain');
}

/** A row of the table; on a new page, with the headings again, where it has no room. */
function writeRow(document: Pdf, cells: readonly string[]): void {
  if (document.y + heightOf(document, cells) > page.end) {
    document.addPage();
    writeHeadings(document);
  }
  document.fontSize(size.cell);
  writeCells(document, cells);
}

function heightOf(document: Pdf, cells: readonly string[]): number {
  const heights = columns.map(({ width }, at) => document.heightOfString(cells[at] ?? '', { width: width - gap }));
  return Math.max(...heights) + gap;
}

function writeCells(document: Pdf, cells: readonly string[]): void {
  const top = document.y;
  const height = heightOf(document, cells);
  let left: number = page.margin;
  for (const [at, column] of columns.entries()) {
    const isAmount = 'isAmount' in column;
    // What stands on the right ends at the edge of the page's inside.
    const width = column.width - (isAmount ? 0 : gap);
    document.text(cells[at] ?? '', left, top, { width, align: isAmount ? 'right' : 'left' });
    left += column.width;
  }
  const line = top + height - gap / 2;
  document.moveTo(page.margin, line).lineTo(left, line).lineWidth(0.25).strokeColor('#999999').stroke();
  document.x = page.margin;
  document.y = top + height;
}

function roomFor(document: Pdf, height: number): void {
  if (document.y + height > page.end) document.addPage();
}

function writeFooters(document: Pdf, { reference }: RemittanceAdviceFacts): void {
  const { count } = document.bufferedPageRange();
  document.font('plain').fontSize(size.cell);
  for (let at = 0; at < count; at += 1) {
    document.switchToPage(at);
    const text = `${reference}, page ${at + 1} of ${count}`;
    document.text(text, page.margin, page.footer, { width: inner, align: 'right', lineBreak: false });
  }
}

function linesOf(address: string | null): readonly string[] {
  return address === null ? [] : address.split(/\r?\n/).filter((line) => line !== '');
}

/** Hundredths of a percent: 250 is `2.5 %`. */
function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}
