import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { readHolderBalance, readHolderBalanceAt } from '../../../reports/holder-balance.ts';
import {
  accountOf,
  readOrganisationStatement,
  readOrganisationTransaction,
} from '../../../reports/organisations/organisation-statement.ts';
import { balanceMoment, instantAsked } from '../../reports/balance-moment.ts';
import {
  organisationBalanceSchema,
  organisationBalanceView,
  organisationOverviewSchema,
  organisationRowView,
  organisationStatementSchema,
  organisationStatementView,
  organisationTransactionSchema,
} from '../../organisations/organisation-report-view.ts';
import { rangeOf, reportRange, reportSearch } from '../../reports/report-range.ts';
import { route, type Route } from '../../route.ts';
import { currency } from '../../schemas.ts';
import {
  organisationParams,
  ownOrganisation,
  reportViewers,
  type OrganisationReportParts,
} from '../../reports/statement-organisation.ts';

const tag = 'Organisation statements';

/** What organisations have and had, row by row. */
export function organisationStatementRoutes(parts: OrganisationReportParts): readonly Route[] {
  return [statement(parts), transaction(parts), balance(parts), overview(parts)];
}

function statement({ orm, pool }: OrganisationReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/statement',
    tag,
    summary: "Read an organisation's statement, the newest row first",
    description: "Rows are ordered and cut by the time of recording. Days are those of the organisation's zone.",
    policy: reportViewers,
    params: organisationParams,
    query: z.strictObject({
      ...reportRange,
      ...reportSearch,
      limit: z.coerce.number().int().min(1).max(100).default(30),
      cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
    }),
    responses: { 200: { description: 'A page of the statement', schema: organisationStatementSchema } },
    handle: async ({ principal, params, query }) => {
      const organisation = await ownOrganisation(orm, principal, { ...params, currency: query.currency });
      const { range } = await rangeOf(pool, query, organisation.zone);
      const { search, limit, cursor } = query;
      const page = await readOrganisationStatement(pool, organisation, { ...range, search, limit, cursor });
      return { status: 200, body: organisationStatementView(organisation, page) };
    },
  });
}

function transaction({ orm, pool }: OrganisationReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/transactions/:transaction',
    tag,
    summary: "Read one transaction as it stands in an organisation's statement",
    policy: reportViewers,
    params: organisationParams.extend({
      transaction: z.string().max(40).meta({ description: 'Its identifier, or its reference of 14 characters' }),
    }),
    query: z.strictObject({ currency: currency.optional() }),
    responses: { 200: { description: 'Its rows, the newest first', schema: organisationTransactionSchema } },
    handle: async ({ principal, params, query }) => {
      const organisation = await ownOrganisation(orm, principal, { ...params, ...query });
      const rows = await readOrganisationTransaction(pool, organisation, params.transaction);
      if (rows.length === 0) throw new DomainError('not_found', 'The organisation has no such transaction.');
      return { status: 200, body: { organisation: organisation.id, items: rows.map(organisationRowView) } };
    },
  });
}

function balance({ orm, pool }: OrganisationReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/balance',
    tag,
    summary: "Read an organisation's balance now, at an instant, or at the start or end of a day",
    description: "Days are those of the organisation's zone. A midnight belongs to the day that begins with it.",
    policy: reportViewers,
    params: organisationParams,
    query: balanceMoment.extend({ currency: currency.optional() }),
    responses: { 200: { description: 'The balance', schema: organisationBalanceSchema } },
    handle: async ({ principal, params, query }) => {
      const organisation = await ownOrganisation(orm, principal, { ...params, currency: query.currency });
      const asked = instantAsked(query, organisation.zone);
      const account = accountOf(organisation);
      const found = await (asked === null
        ? readHolderBalance(pool, account)
        : readHolderBalanceAt(pool, account, asked));
      return { status: 200, body: organisationBalanceView(params.id, asked?.at ?? null, found) };
    },
  });
}

/** As many rows as stand beside a balance (cobalt.md 3.9). */
const overviewRows = 20;

function overview({ orm, pool }: OrganisationReportParts): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/overview',
    tag,
    summary: "Read an organisation's balance and its 20 newest rows",
    policy: reportViewers,
    params: organisationParams,
    query: z.strictObject({ currency: currency.optional() }),
    responses: { 200: { description: 'Both', schema: organisationOverviewSchema } },
    handle: async ({ principal, params, query }) => {
      const organisation = await ownOrganisation(orm, principal, { ...params, ...query });
      const now = await readHolderBalance(pool, accountOf(organisation));
      const { rows } = await readOrganisationStatement(pool, organisation, { limit: overviewRows });
      const body = {
        organisation: params.id,
        balance: organisationBalanceView(params.id, null, now),
        items: rows.map(organisationRowView),
      };
      return { status: 200, body };
    },
  });
}
