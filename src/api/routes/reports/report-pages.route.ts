import { z } from 'zod';
import {
  readBalanceTotals,
  readMemberBalances,
  readOrganisationBalances,
} from '../../../reports/admin/holder-balances.ts';
import {
  readOrganisationMovements,
  totalMovements,
  type Movements,
} from '../../../reports/admin/organisation-movements.ts';
import { movementBatches } from '../../../reports/admin/organisation-movements.report.ts';
import { specificParams } from '../../../reports/admin/specific-transactions.report.ts';
import { readSpecificTransactions } from '../../../reports/admin/specific-transactions.ts';
import {
  instantsOfDays,
  optionalDays,
  previousMonthUnlessNamed,
  reportCurrency,
} from '../../../reports/report-params.ts';
import { moneyView } from '../../ledger-view.ts';
import { instant } from '../../local-days.ts';
import { cursorOf, placeIn } from '../../page-place.ts';
import { instantAsked, type ReportParts } from '../../reports/report-asking.ts';
import {
  memberBalanceRowSchema,
  memberBalanceRowView,
  movementRowSchema,
  movementRowView,
  movementTotalsSchema,
  movementTotalsView,
  organisationBalanceRowSchema,
  organisationBalanceRowView,
  specificRowSchema,
  specificRowView,
} from '../../reports/report-view.ts';
import { keyed, route, type Route } from '../../route.ts';
import { listOf, money } from '../../schemas.ts';

const tag = 'Reports';
const policy = keyed('platform', 'payments.global.view');
const limit = z.coerce.number().int().min(1).max(100).default(50);
const asOf = instant.optional().meta({ description: 'Not later than now, which is the default' });
const numberCursor = z.coerce
  .number()
  .int()
  .positive()
  .optional()
  .meta({ description: '`next_cursor` of the page before' });
const placeCursor = z.string().max(300).optional().meta({ description: '`next_cursor` of the page before' });

/** Pages of what `report-files.route.ts` gives whole. */
export function reportPageRoutes(parts: ReportParts): readonly Route[] {
  return [balances(parts, 'member'), balances(parts, 'organisation'), specific(parts), movements(parts)];
}

/** Both lists are one route each, over members or organisations. */
function balances({ sources }: ReportParts, kind: 'member' | 'organisation'): Route {
  const schema = kind === 'member' ? memberBalanceRowSchema : organisationBalanceRowSchema;
  return route({
    method: 'get',
    path: `/v1/reports/${kind}-balances`,
    tag,
    summary: `List ${kind}s whose balance is not zero, with what all of them have`,
    policy,
    query: z.strictObject({ currency: reportCurrency, asOf, limit, cursor: numberCursor }),
    responses: {
      200: { description: 'A page', schema: listOf(schema).extend({ asOf: z.string(), count: z.int(), total: money }) },
    },
    handle: async ({ query }) => {
      const cut = { currency: query.currency, asOf: await instantAsked(sources, query.asOf) };
      const page = { ...cut, after: query.cursor ?? 0, limit: query.limit };
      const found = await balancePage(sources.reader, kind, page);
      const { count, total } = await readBalanceTotals(sources.reader, kind, cut);
      return { status: 200, body: { ...found, asOf: cut.asOf, count, total: moneyView(total) } };
    },
  });
}

async function balancePage(
  reader: ReportParts['sources']['reader'],
  kind: 'member' | 'organisation',
  page: Parameters<typeof readMemberBalances>[1],
) {
  const more = { ...page, limit: page.limit + 1 };
  if (kind === 'member') {
    const rows = await readMemberBalances(reader, more);
    return { items: rows.slice(0, page.limit).map(memberBalanceRowView), next_cursor: nextOf(rows, page.limit) };
  }
  const rows = await readOrganisationBalances(reader, more);
  return { items: rows.slice(0, page.limit).map(organisationBalanceRowView), next_cursor: nextOf(rows, page.limit) };
}

/** The number to go on from, when more was found than fits. */
function nextOf(rows: readonly { readonly no: number }[], size: number): string | null {
  return rows.length > size ? String(rows[size - 1]?.no) : null;
}

function specific({ sources }: ReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/specific-transactions',
    tag,
    summary: 'List manual adjustments or settlements of a range of days, the newest first',
    policy,
    query: z.strictObject({
      ...specificParams,
      holder: z.enum(['member', 'organisation']).default('organisation'),
      asOf,
      limit,
      cursor: placeCursor,
    }),
    responses: { 200: { description: 'A page', schema: listOf(specificRowSchema).extend({ asOf: z.string() }) } },
    handle: async ({ query }) => {
      const range = instantsOfDays(query, sources.zone);
      const place = placeIn(query.cursor, ['string', 'string', 'number']);
      const at = await instantAsked(sources, query.asOf);
      const rows = await readSpecificTransactions(sources.reader, {
        ...{ ...range, type: query.type, holder: query.holder, currency: query.currency, asOf: at },
        after:
          place === null
            ? null
            : { recordedAt: String(place[0]), transactionId: String(place[1]), position: Number(place[2]) },
        limit: query.limit + 1,
      });
      const shown = rows.slice(0, query.limit);
      const last = rows.length > query.limit ? shown.at(-1) : undefined;
      const next = last === undefined ? null : cursorOf([last.recordedAt, last.transactionId, last.position]);
      return { status: 200, body: { items: shown.map(specificRowView), next_cursor: next, asOf: at } };
    },
  });
}

function movements({ sources }: ReportParts): Route {
  const { reader, zone } = sources;
  return route({
    method: 'get',
    path: '/v1/reports/organisation-movements',
    tag,
    summary: 'List what moved on organisations’ accounts, by what it was for, with totals of all of them',
    description: 'The calendar month before, unless days are named. A movement counts once.',
    policy,
    query: z.strictObject({ ...optionalDays, currency: reportCurrency, asOf, limit, cursor: numberCursor }),
    responses: {
      200: {
        description: 'A page',
        schema: listOf(movementRowSchema).extend({
          asOf: z.string(),
          from: z.string(),
          to: z.string(),
          totals: movementTotalsSchema,
        }),
      },
    },
    handle: async ({ query }) => {
      const at = await instantAsked(sources, query.asOf);
      const days = previousMonthUnlessNamed(query, { asOf: at, zone });
      const cut = { ...instantsOfDays(days, zone), currency: query.currency, asOf: at };
      const page = await readOrganisationMovements(reader, { ...cut, after: query.cursor ?? 0, limit: query.limit });
      let totals: Movements = totalMovements([], query.currency);
      for await (const rows of movementBatches(reader, cut)) totals = totalMovements([totals, ...rows], query.currency);
      const next_cursor = page.lastNo === null ? null : String(page.lastNo);
      const items = page.rows.map(movementRowView);
      const { from, to } = days;
      return { status: 200, body: { items, next_cursor, asOf: at, from, to, totals: movementTotalsView(totals) } };
    },
  });
}
