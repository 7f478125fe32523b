import { z } from 'zod';
import type { RefundRulesReader } from '../../../entities/organisations/fees.read.ts';
import type { Orm } from '../../../entities/orm.ts';
import type { SqlPool } from '../../../entities/sql-pool.ts';
import { readMemberBalance, readMemberBalanceAt } from '../../../reports/members/member-balance.ts';
import { readMemberCards } from '../../../reports/members/member-cards.ts';
import { readMemberStatement } from '../../../reports/members/member-statement.ts';
import { ownMember } from '../../cards/auto-top-up-setting.ts';
import { balanceMoment, instantAsked } from '../../reports/balance-moment.ts';
import { dayRange, instantsOf } from '../../local-days.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { idParam } from '../../schemas.ts';
import {
  cardPaymentView,
  memberBalanceSchema,
  memberBalanceView,
  memberOverviewSchema,
  statementSchema,
  statementView,
} from '../../reports/statement-view.ts';

const tag = 'Statements';
const viewers = ownOrKeyed('payments.view');
const params = idParam('member');

/** What statements are read from; `zone` is the deployment's, whose days are the members' (decisions D6). */
export interface StatementParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly zone: string;
  readonly refundRules: RefundRulesReader;
}

/** What members have and had, and how it came about. */
export function memberStatementRoutes(parts: StatementParts): readonly Route[] {
  return [statement(parts), balance(parts), overview(parts)];
}

function statement({ orm, pool, zone, refundRules }: StatementParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/statement',
    tag,
    summary: "Read a member's statement, the newest row first",
    description: 'Rows are ordered and cut by the time of recording. Days are those of the deployment.',
    policy: viewers,
    params,
    query: z.strictObject({
      ...dayRange,
      limit: z.coerce.number().int().min(1).max(100).default(30),
      cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
    }),
    responses: { 200: { description: 'A page of the statement', schema: statementSchema } },
    handle: async ({ principal, params: { id }, query: { from, to, limit, cursor } }) => {
      const range = instantsOf({ from, to }, zone);
      const member = await ownMember(orm, principal, id);
      const { ageLimitWeeks } = await refundRules();
      const page = await readMemberStatement(pool, member, { ...range, limit, cursor, now: new Date(), ageLimitWeeks });
      return { status: 200, body: statementView(id, page) };
    },
  });
}

function balance({ orm, pool, zone }: StatementParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/balance',
    tag,
    summary: "Read a member's balance now, at an instant, or at the start or end of a day",
    policy: viewers,
    params,
    query: balanceMoment,
    responses: { 200: { description: 'The balance', schema: memberBalanceSchema } },
    handle: async ({ principal, params: { id }, query }) => {
      const asked = instantAsked(query, zone);
      const member = await ownMember(orm, principal, id);
      const found = await (asked === null ? readMemberBalance(pool, member) : readMemberBalanceAt(pool, member, asked));
      return { status: 200, body: memberBalanceView(id, asked?.at ?? null, found) };
    },
  });
}

/** As many card payments as an administrator sees at once (cobalt.md C61). */
const overviewCards = 10;

function overview({ orm, pool }: StatementParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/overview',
    tag,
    summary: "Read a member's balance and newest card payments",
    policy: viewers,
    params,
    responses: { 200: { description: 'Both', schema: memberOverviewSchema } },
    handle: async ({ principal, params: { id } }) => {
      const member = await ownMember(orm, principal, id);
      const now = await readMemberBalance(pool, member);
      const cards = await readMemberCards(pool, id, overviewCards);
      const body = {
        member: id,
        balance: memberBalanceView(id, null, now),
        cardPayments: cards.map(cardPaymentView),
      };
      return { status: 200, body };
    },
  });
}
