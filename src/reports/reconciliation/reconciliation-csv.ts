import { Readable } from 'node:stream';
import { formatMajor } from '../../domain/money.ts';
import type { SqlReader } from '../../ledger/sql-reader.read.ts';
import { balancesBefore, type BalancesQuery } from '../balances-at.ts';
import { csvLines, textCell } from '../csv-text.ts';
import { localTimestamp } from '../local-day.ts';
import type { ReconciliationPeriod } from './reconciliation-period.ts';
import { reconciliationRows, type ReconciliationRow } from './reconciliation-rows.ts';

/** `reconciliation.csv`: rows of members, organisations and cards, the oldest first, in local times (cobalt.md 3.7). */
export function reconciliationCsv(reader: SqlReader, period: ReconciliationPeriod, zone: string): Readable {
  return Readable.from(reconciliationLines(reader, period, zone), { objectMode: false });
}

/** `member_balances.csv` and `organisation_balances.csv` (cobalt.md 3.7); balances of zero are lines too. */
export function balancesCsv(reader: SqlReader, query: BalancesQuery): Readable {
  return Readable.from(balanceLines(reader, query), { objectMode: false });
}

const headings = ['Date', 'Table', 'Counterparty', 'Reference', 'Type', 'Description', 'Amount', 'Balance'];
const linesPerChunk = 500;

async function* reconciliationLines(
  reader: SqlReader,
  period: ReconciliationPeriod,
  zone: string,
): AsyncGenerator<string> {
  yield csvLines([headings]);
  let lines: string[][] = [];
  for await (const row of reconciliationRows(reader, period)) {
    lines.push(record(row, zone));
    if (lines.length < linesPerChunk) continue;
    yield csvLines(lines);
    lines = [];
  }
  yield csvLines(lines);
}

function record(row: ReconciliationRow, zone: string): string[] {
  return [
    localTimestamp(row.at, zone),
    row.table,
    textCell(row.holder),
    row.reference,
    row.type,
    textCell(row.description),
    formatMajor(row.amount),
    row.balance === null ? '' : formatMajor(row.balance),
  ];
}

const balanceHeadings = {
  member: ['ABF Number', 'First Name', 'Last Name', 'Balance'],
  organisation: ['Organisation', 'ABF Org Number', 'Balance'],
} as const;

async function* balanceLines(reader: SqlReader, query: BalancesQuery): AsyncGenerator<string> {
  const isMembers = query.holders === 'member';
  yield csvLines([balanceHeadings[query.holders]]);
  for await (const holders of balancesBefore(reader, query)) {
    yield csvLines(
      holders.map(({ no, names, balance }) => {
        const cells = names.map(textCell);
        const who = isMembers ? [String(no), ...cells] : [...cells, String(no)];
        return [...who, formatMajor(balance)];
      }),
    );
  }
}
