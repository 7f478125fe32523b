import { z } from 'zod';
import { moneyIn, numberIn, textIn, timeIn, type BookRow, type SqlReader } from '../../ledger/sql-reader.read.ts';
import { databaseTime } from '../../ledger/sql-text.ts';
import { balanceSql, holderIdSql, waitForPostings } from '../book-balance.ts';
import { localTimestamp } from '../local-day.ts';
import { fileParams, reportCurrency } from '../report-params.ts';
import { fileOptions, sheetFile, titleRecord } from '../report-sheet.ts';
import { report } from '../report.ts';

const params = z.strictObject({ currency: reportCurrency, ...fileParams });

/** Up to how many days each group goes; the last has no end. */
const groups = [30, 60, 90] as const;
const headings = ['Kind', 'Number', 'Name', 'Balance', 'Below zero since', 'Days', ...groupNames()];

/** Who owes us, and for how long: since the first entry that left the balance below zero and none above it after. */
export const negativeBalances = report({
  name: 'negative-balances',
  summary: 'Members and organisations below zero, by how long they have been',
  formats: ['csv', 'xlsx'],
  params,
  needs: { scope: 'platform', roles: ['payments.global.view'] },
  open: async ({ reader, zone }, request) => {
    const { asOf } = request;
    await waitForPostings(reader);
    const rows = await readNegative(reader, { asOf, currency: request.params.currency });
    const records = rows.map((row) => {
      const { since, balance } = row;
      const days = daysBetween(since, asOf);
      const group = groups.filter((end) => days > end).length;
      const aged = [...groups, null].map((_, index) => (index === group ? balance : null));
      return [row.kind, row.no, row.name, balance, localTimestamp(since, zone), days, ...aged];
    });
    async function* batches() {
      yield [titleRecord('Negative Balances', request, zone), headings];
      yield records;
    }
    const sheet = { fileName: 'negative-balances', tab: 'Below zero', expectedRecords: rows.length, batches };
    return sheetFile(sheet, fileOptions(request));
  },
});

function groupNames(): string[] {
  const starts = [0, ...groups.map((end) => end + 1)];
  return starts.map((start, index) => {
    const end = groups[index];
    return end === undefined ? `Over ${start - 1} days` : `${start} to ${end} days`;
  });
}

/** In one statement; there are few of them. */
async function readNegative(reader: SqlReader, { asOf, currency }: { asOf: string; currency: string }) {
  const at = databaseTime(asOf);
  const rows = await reader.rows(
    `SELECT n.kind, COALESCE(m.no, o.no) AS no, COALESCE(CONCAT(m.first_name, ' ', m.last_name), o.name) AS name, n.currency,
       n.balance_minor, (SELECT MIN(e.recorded_at) FROM ledger_entry e WHERE e.account_id = n.id AND e.recorded_at <= ?
         AND e.seq > COALESCE((SELECT MAX(x.seq) FROM ledger_entry x
           WHERE x.account_id = n.id AND x.recorded_at <= ? AND x.balance_after_minor >= 0), 0)) AS since
     FROM (SELECT a.id, a.kind, a.currency, ${holderIdSql} AS holder_id, ${balanceSql('<=')} AS balance_minor
       FROM ledger_account a WHERE a.kind IN ('member', 'organisation') AND a.currency = ? HAVING balance_minor < 0) n
     LEFT JOIN member m ON n.kind = 'member' AND m.id = n.holder_id
     LEFT JOIN organisation o ON n.kind = 'organisation' AND o.id = n.holder_id
     WHERE COALESCE(m.no, o.no) IS NOT NULL ORDER BY since, n.kind, no`,
    [at, at, at, at, currency],
  );
  return rows.map((row: BookRow) => ({
    ...{ kind: textIn(row, 'kind'), no: numberIn(row, 'no'), name: textIn(row, 'name') },
    ...{ balance: moneyIn(row, 'balance_minor'), since: timeIn(row, 'since') },
  }));
}

/** Whole days that have passed. */
function daysBetween(since: string, until: string): number {
  const passed = BigInt(Date.parse(until) - Date.parse(since));
  return Number(passed / 86_400_000n);
}
