import { z } from 'zod';
import type { Principal } from '../../../domain/principal.ts';
import { readCombinedPage } from '../../../reports/combined-view.ts';
import { congressTotals, eventTotals, grandTotal, sessionTotals, typeTotals } from '../../../reports/movement-views.ts';
import {
  readEventsOutside,
  readMovement,
  readOrganisationReport,
  type OrganisationReport,
} from '../../../reports/organisations/organisation-report.ts';
import { moneyView } from '../../ledger-view.ts';
import {
  combinedLineView,
  combinedSchema,
  congressesSchema,
  congressTotalView,
  eventsSchema,
  movementSchema,
  movementView,
  sessionsSchema,
  summarySchema,
  thingTotalView,
  typeTotalView,
} from '../../organisations/organisation-report-view.ts';
import { refusedField } from '../../refused-field.ts';
import { asOfOf, rangeOf, reportRange, reportSearch, type AskedRange } from '../../reports/report-range.ts';
import { route, type Route } from '../../route.ts';
import {
  organisationParams,
  ownOrganisation,
  reportViewers,
  type OrganisationReportParts,
} from '../../reports/statement-organisation.ts';

const tag = 'Organisation reports';
const query = z.strictObject({ ...reportRange, ...reportSearch });
const common = { method: 'get', tag, policy: reportViewers, params: organisationParams } as const;

/** What was moved for organisations, added up by what it was about. */
export function organisationReportRoutes(parts: OrganisationReportParts): readonly Route[] {
  return [summary(parts), movement(parts), sessions(parts), events(parts), congresses(parts), combined(parts)];
}

/** The days that a summary is of, unless it is asked for otherwise. */
const summaryDays = '30';
const dayMs = 24 * 3_600_000;

function summary(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/summary',
    summary: 'Add up what was moved under each type, the greatest sum first',
    description: `The last ${summaryDays} days to the second, unless other days, a period or a range is asked for.`,
    query: query.extend({
      days: z.enum(['30', '90', '365', 'all']).optional().meta({ description: 'So many times 24 hours up to `asOf`' }),
    }),
    responses: { 200: { description: 'The sums', schema: summarySchema } },
    handle: async ({ principal, params, query: { days, ...asked } }) => {
      const rolling = rollingDays(asked, days);
      const report = await open(parts, { principal, ...params, ...asked, rolling });
      const items = typeTotals(report.groups).map(typeTotalView);
      const { from = null, before = null } = report.range;
      return { status: 200, body: { ...reportOf(report), from, before, items, total: totalOf(report) } };
    },
  });
}

/** The days up to now that are meant; none where a range is. */
function rollingDays({ from, to, period }: AskedRange, days: string | undefined): string | undefined {
  const isRange = [from, to, period].some((part) => part !== undefined);
  if (isRange && days !== undefined) throw refusedField('invalid_request', 'days', 'does not go with a range');
  return isRange ? undefined : (days ?? summaryDays);
}

function movement(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/movement',
    summary: 'Read how the balance came from the beginning of a range to its end',
    query: z.strictObject(reportRange),
    responses: { 200: { description: 'The parts, which add up', schema: movementSchema } },
    handle: async ({ principal, params, query: asked }) => {
      const report = await open(parts, { principal, ...params, ...asked });
      return { status: 200, body: { ...reportOf(report), ...movementView(await readMovement(parts.pool, report)) } };
    },
  });
}

function sessions(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/sessions',
    summary: 'Add up what was moved for each session, the latest first',
    query,
    responses: { 200: { description: 'The sums', schema: sessionsSchema } },
    handle: async ({ principal, params, query: asked }) => {
      const report = await open(parts, { principal, ...params, ...asked });
      const items = sessionTotals(report.groups);
      return {
        status: 200,
        body: { ...reportOf(report), items: items.map(thingTotalView), total: totalOf(report, 'session') },
      };
    },
  });
}

function events(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/events',
    summary: 'Add up what was moved for each event, the latest first',
    query,
    responses: { 200: { description: 'The sums', schema: eventsSchema } },
    handle: async ({ principal, params, query: asked }) => {
      const report = await open(parts, { principal, ...params, ...asked });
      const outside = await readEventsOutside(parts.pool, report);
      const items = eventTotals(report.groups).map((total) => ({
        ...thingTotalView(total),
        isElsewhereToo: outside.has(total.thing.ref),
      }));
      return { status: 200, body: { ...reportOf(report), items, total: totalOf(report, 'event') } };
    },
  });
}

function congresses(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/congresses',
    summary: 'Add up what was moved for the events of each congress',
    query,
    responses: { 200: { description: 'The sums', schema: congressesSchema } },
    handle: async ({ principal, params, query: asked }) => {
      const report = await open(parts, { principal, ...params, ...asked });
      const items = congressTotals(report.groups).map(congressTotalView);
      return { status: 200, body: { ...reportOf(report), items, total: totalOf(report, 'event') } };
    },
  });
}

function combined(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/combined',
    summary: 'Read one line for each event and session, one for all memberships, and all other rows',
    query: query.extend({
      limit: z.coerce.number().int().min(1).max(100).default(30),
      cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
    }),
    responses: { 200: { description: 'A page, the newest line first', schema: combinedSchema } },
    handle: async ({ principal, params, query: { limit, cursor, ...asked } }) => {
      const report = await open(parts, { principal, ...params, ...asked });
      const page = await readCombinedPage(parts.pool, report, { limit, cursor, search: asked.search });
      const next = page.nextCursor === null ? null : String(page.nextCursor);
      const items = page.lines.map(combinedLineView);
      return { status: 200, body: { ...reportOf(report), items, next_cursor: next } };
    },
  });
}

interface Asked extends AskedRange {
  readonly principal: Principal;
  readonly id: string;
  readonly currency?: string | undefined;
  readonly search?: string | undefined;
  /** So many days up to now in place of a range. */
  readonly rolling?: string | undefined;
}

type Opened = OrganisationReport & {
  readonly range: { readonly from?: string | undefined; readonly before?: string | undefined };
};

async function open({ orm, pool }: OrganisationReportParts, asked: Asked): Promise<Opened> {
  const organisation = await ownOrganisation(orm, asked.principal, asked);
  const { rolling, search } = asked;
  const range =
    rolling === undefined
      ? (await rangeOf(pool, asked, organisation.zone)).range
      : rollingRange(rolling, await asOfOf(pool, asked.asOf));
  return { ...(await readOrganisationReport(pool, organisation, { ...range, search })), range };
}

function rollingRange(days: string, asOf: string): { asOf: string; from?: string } {
  if (days === 'all') return { asOf };
  const from = new Date(Date.parse(asOf) - Number(days) * dayMs).toISOString();
  return { asOf, from };
}

function reportOf({ organisation, asOf }: OrganisationReport) {
  return { organisation: organisation.id, asOf };
}

function totalOf({ groups, organisation }: OrganisationReport, of?: 'session' | 'event') {
  const counted = of === undefined ? groups : groups.filter((group) => group.class === of);
  return moneyView(grandTotal(counted, organisation.currency));
}
