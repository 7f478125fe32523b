import { PassThrough, type Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Worksheet } from 'exceljs';
import { formatMajor, type Money } from '../../domain/money.ts';
import { combinedBatches, type CombinedLine } from '../combined-view.ts';
import { openWorkbook } from '../reconciliation/dated-workbook.ts';
import { wallClock } from '../local-day.ts';
import { eventTotals, sessionTotals, singleClasses, type CombinedTotal, type Movement } from '../movement-views.ts';
import type { NamedThing } from '../movement-groups.ts';
import type { OrganisationReport } from './organisation-report.ts';
import type { HostThing, OrganisationRow } from './organisation-rows.ts';
import type { OrganisationFile } from './organisation-statement.ts';

/** All that a workbook is made of. */
export interface WorkbookParts {
  readonly file: OrganisationFile;
  readonly report: OrganisationReport;
  readonly movement: Movement;
  /** Events that money was also moved for outside the range. */
  readonly eventsOutside: ReadonlySet<string>;
  /** First and last local day, as they were asked for. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

type Cell = string | number | Date | null;
type Kind = 'text' | 'time' | 'day' | 'amount';

/** A tab: its headings with what stands under them, and its rows in batches. */
interface Tab {
  readonly name: string;
  readonly columns: readonly (readonly [heading: string, kind: Kind])[];
  readonly batches: AsyncIterable<readonly (readonly Cell[])[]> | Iterable<readonly (readonly Cell[])[]>;
}

/**
 * An organisation's statement as XLSX with the tabs of cobalt.md 3.3, made while it is sent; the same bytes for the same
 * parts (decisions D35). Times are local, amounts numbers.
 */
export function organisationWorkbook(parts: WorkbookParts): Readable {
  const out = new PassThrough();
  write(out, parts).catch((error: unknown) => {
    out.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  return out;
}

async function write(out: PassThrough, parts: WorkbookParts): Promise<void> {
  const { asOf, organisation } = parts.file;
  const workbook = openWorkbook(out, wallClock(asOf, organisation.zone));
  workbook.creator = 'Tillflow';
  workbook.lastModifiedBy = 'Tillflow';
  for (const tab of tabsOf(parts)) {
    const sheet = workbook.addWorksheet(tab.name);
    sheet.columns = tab.columns.map(([header, kind]) => ({ header, width: widths[kind], style: styles[kind] }));
    for await (const rows of tab.batches) {
      if (out.destroyed) return;
      writeRows(sheet, rows);
      await taken(out);
    }
    sheet.commit();
  }
  await workbook.commit();
}

function writeRows(sheet: Worksheet, rows: readonly (readonly Cell[])[]): void {
  for (const row of rows) sheet.addRow([...row]).commit();
}

/** Others have a turn between batches, and what nobody takes is not made. */
async function taken(out: PassThrough): Promise<void> {
  do await nextTurn();
  while (out.writableNeedDrain && !out.destroyed);
}

const widths: Record<Kind, number> = { text: 24, time: 20, day: 12, amount: 14 };
const styles: Record<Kind, { numFmt?: string }> = {
  text: {},
  time: { numFmt: 'yyyy-mm-dd hh:mm:ss' },
  day: { numFmt: 'yyyy-mm-dd' },
  amount: { numFmt: '#,##0.00' },
};

function tabsOf(parts: WorkbookParts): readonly Tab[] {
  const { file, report } = parts;
  const { zone } = file.organisation;
  const single = (...classes: Parameters<OrganisationFile['batchesOf']>[0] & object) =>
    cellsOf(file.batchesOf(classes), (row: OrganisationRow) => [...rowCells(row, zone), major(row.amount)]);
  return [
    { name: 'Movement Summary', columns: movementColumns, batches: [movementCells(parts)] },
    {
      name: 'Transactions',
      columns: [...rowColumns, ...thingColumns, amountColumn, balanceColumn],
      batches: cellsOf(file.batches(), (row) => transactionCells(row, zone)),
    },
    { name: 'Sessions', columns: sessionColumns, batches: [sessionTotals(report.groups).map(sessionCells)] },
    { name: 'Events', columns: eventColumns, batches: [eventCells(parts)] },
    { name: 'Combined', ...combinedTab(combinedBatches(report.groups, file.batchesOf(singleClasses)), zone) },
    { name: 'Membership', columns: [...rowColumns, amountColumn], batches: single('membership') },
    { name: 'Settlements', columns: [...rowColumns, amountColumn], batches: single('settlement') },
    { name: 'Other', ...combinedTab(combinedBatches([], file.batchesOf(['other'])), zone) },
  ];
}

const amountColumn = ['Amount', 'amount'] as const;
const balanceColumn = ['Balance', 'amount'] as const;
const movementColumns = [['Type', 'text'], ['Date', 'day'], amountColumn] as const;
const rowColumns = [
  ['Date/Time', 'time'],
  ['Counterparty', 'text'],
  ['Reference', 'text'],
  ['Id', 'text'],
  ['Transaction Type', 'text'],
  ['Description', 'text'],
] as const;
const thingColumns = [
  ['Session ID', 'text'],
  ['Session Name', 'text'],
  ['Event ID', 'text'],
  ['Event Name', 'text'],
] as const;
const sessionColumns = [
  ['Session Date', 'day'],
  ['Session ID', 'text'],
  ['Session Name', 'text'],
  amountColumn,
] as const;
const eventColumns = [
  ['Event Start Date', 'day'],
  ['Event ID', 'text'],
  ['Congress', 'text'],
  ['Event Name', 'text'],
  amountColumn,
  ['Remark', 'text'],
] as const;

function movementCells({ movement, from, to }: WorkbookParts): readonly (readonly Cell[])[] {
  return [
    ['Opening Balance', dayCell(from ?? null), major(movement.opening)],
    ['Settlements', null, major(movement.settlements)],
    ['Event Entries', null, major(movement.events)],
    ['Club Sessions', null, major(movement.sessions)],
    ['Club Memberships', null, major(movement.memberships)],
    ['Other', null, major(movement.other)],
    ['Closing Balance', dayCell(to ?? null), major(movement.closing)],
  ];
}

function sessionCells({ thing, amount }: ReturnType<typeof sessionTotals>[number]): readonly Cell[] {
  return [dayCell(thing.date), thing.ref, thing.name, major(amount)];
}

function eventCells({ report, eventsOutside }: WorkbookParts): readonly (readonly Cell[])[] {
  return eventTotals(report.groups).map(({ thing, amount }) => {
    const remark = eventsOutside.has(thing.ref) ? 'Payments exist outside this period' : null;
    return [dayCell(thing.date), thing.ref, thing.parent, thing.name, major(amount), remark];
  });
}

function combinedTab(batches: AsyncIterable<readonly CombinedLine[]>, zone: string): Omit<Tab, 'name'> {
  const cells = (line: CombinedLine): readonly Cell[] =>
    line.kind === 'total' ? totalCells(line.total, zone) : transactionCells(line.row, zone).slice(0, -1);
  return { columns: [...rowColumns, ...thingColumns, amountColumn], batches: cellsOf(batches, cells) };
}

function totalCells(total: CombinedTotal, zone: string): readonly Cell[] {
  const { session, event } = total;
  const description = (event ?? session)?.name ?? titles[total.kind];
  const about = [wallClock(total.recordedAt, zone), null, null, null, total.type, description];
  return [...about, ...thingCells(session), ...thingCells(event), major(total.amount)];
}

const titles: Record<CombinedTotal['kind'], string> = { event: 'Event', session: 'Session', membership: 'Memberships' };

function transactionCells(row: OrganisationRow, zone: string): readonly Cell[] {
  const things = [...thingCells(row.session), ...thingCells(row.event)];
  return [...rowCells(row, zone), ...things, major(row.amount), major(row.balanceAfter)];
}

function rowCells(row: OrganisationRow, zone: string): readonly Cell[] {
  const { counterparty, reference, transactionId, type, description } = row;
  return [wallClock(row.recordedAt, zone), counterparty?.name ?? null, reference, transactionId, type, description];
}

function thingCells(thing: HostThing | NamedThing | null): readonly Cell[] {
  return thing === null ? [null, null] : [thing.ref, thing.name];
}

/** A spreadsheet's number: major units, as exact as it can show them. */
function major(amount: Money): number {
  return Number(formatMajor(amount));
}

function dayCell(day: string | null): Date | null {
  return day === null ? null : new Date(`${day}T00:00:00Z`);
}

async function* cellsOf<Item>(
  batches: AsyncIterable<readonly Item[]>,
  cells: (item: Item) => readonly Cell[],
): AsyncGenerator<readonly (readonly Cell[])[]> {
  for await (const items of batches) yield items.map(cells);
}
