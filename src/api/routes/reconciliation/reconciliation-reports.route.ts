import type { Readable } from 'node:stream';
import { z } from 'zod';
import { isCurrency } from '../../../domain/currency.ts';
import type { SqlPool } from '../../../entities/sql-pool.ts';
import { sumBefore, type BalanceSum, type Holders } from '../../../reports/balances-at.ts';
import { balancesCsv, reconciliationCsv } from '../../../reports/reconciliation/reconciliation-csv.ts';
import {
  lastDayOfPreviousMonth,
  reconciliationPeriod,
  type ReconciliationPeriod,
} from '../../../reports/reconciliation/reconciliation-period.ts';
import { download } from '../../download.ts';
import { moneyView } from '../../ledger-view.ts';
import { localDay } from '../../../reports/report-params.ts';
import { keyed, route, type Answer, type Route } from '../../route.ts';
import { currency, money } from '../../schemas.ts';

const tag = 'Reconciliation';
const viewers = keyed('platform', 'payments.global.view');
const referenceDate = localDay
  .optional()
  .meta({ description: 'Last day, local, all of it. Default: the last day of the previous month' });
const inCurrency = currency.refine(isCurrency, 'is not supported').default('AUD');
const sumSchema = z.object({ count: z.int(), sum: money });

export interface ReconciliationReportParts {
  readonly pool: SqlPool;
  /** Whose local days and times are meant. */
  readonly zone: string;
}

/** What finance compares with the processor's and the bank's own statements (cobalt.md 3.7). */
export function reconciliationReportRoutes(parts: ReconciliationReportParts): readonly Route[] {
  return [
    page(parts),
    rows(parts),
    balances(parts, { holders: 'member', file: 'member_balances.csv', of: 'members' }),
    balances(parts, { holders: 'organisation', file: 'organisation_balances.csv', of: 'organisations' }),
  ];
}

function page({ pool, zone }: ReconciliationReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/reconciliation',
    tag,
    summary: 'Number and sum of all balances at the end of a day',
    description: 'Rows strictly before the end of the day; balances of zero are counted.',
    policy: viewers,
    query: z.strictObject({ referenceDate, currency: inCurrency }),
    responses: {
      200: {
        description: 'The sums',
        schema: z.object({
          referenceDate: z.string(),
          from: z.string(),
          before: z.string(),
          members: sumSchema,
          organisations: sumSchema,
        }),
      },
    },
    handle: async ({ query }) => {
      const period = periodOf(query.referenceDate, zone);
      const of = (holders: Holders) =>
        sumBefore(pool, { holders, currency: query.currency, before: period.before }).then(sumView);
      return { status: 200, body: { ...period, members: await of('member'), organisations: await of('organisation') } };
    },
  });
}

function rows({ pool, zone }: ReconciliationReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/reconciliation.csv',
    tag,
    summary: 'Download all rows of members, organisations and cards of a month',
    description: 'One calendar month up to the end of the reference date, the oldest first, in local times.',
    policy: viewers,
    query: z.strictObject({ referenceDate }),
    responses: { 200: { description: 'UTF-8', contentType: 'text/csv' } },
    handle: ({ query }) => {
      const stream = reconciliationCsv(pool, periodOf(query.referenceDate, zone), zone);
      return Promise.resolve(csvOf('reconciliation.csv', stream));
    },
  });
}

function balances(
  { pool, zone }: ReconciliationReportParts,
  { holders, file, of }: { readonly holders: Holders; readonly file: string; readonly of: string },
): Route {
  return route({
    method: 'get',
    path: `/v1/reports/${file}`,
    tag,
    summary: `Download the balances of all ${of} at the end of a day`,
    policy: viewers,
    query: z.strictObject({ referenceDate, currency: inCurrency }),
    responses: { 200: { description: 'UTF-8', contentType: 'text/csv' } },
    handle: ({ query }) => {
      const { before } = periodOf(query.referenceDate, zone);
      return Promise.resolve(csvOf(file, balancesCsv(pool, { holders, currency: query.currency, before })));
    },
  });
}

function periodOf(day: string | undefined, zone: string): ReconciliationPeriod {
  return reconciliationPeriod(day ?? lastDayOfPreviousMonth(new Date().toISOString(), zone), zone);
}

function sumView({ count, sum }: BalanceSum) {
  return { count, sum: moneyView(sum) };
}

function csvOf(name: string, stream: Readable): Answer {
  return download({ fileName: name, contentType: 'text/csv; charset=utf-8', stream });
}
