import { z } from 'zod';
import type { FilterQuery } from '@mikro-orm/core';
import { DomainError } from '../../../domain/errors.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import type { Notice } from '../../../entities/members/notice.entity.ts';
import { otherNamesOf } from '../../../entities/members/notice-names.read.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo, type PageRequest } from '../../../entities/scoped-reads.ts';
import type { SqlPool } from '../../../entities/sql-pool.ts';
import { definedOnly } from '../../duplicates.ts';
import { noticeSchema, noticeStates, noticeView } from '../../members/notice-view.ts';
import { made } from '../../once.ts';
import { keyed, ownOrKeyed, route, type Route } from '../../route.ts';
import { id, idParam, listOf, pageOf } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'Notices';
const page = { 200: { description: 'A page of notices', schema: listOf(noticeSchema) } };

/** Where notices are read, and what their words need beside the row. */
export interface NoticeParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
}

/** What members are told, in the app and by e-mail. */
export function noticeRoutes(parts: NoticeParts): readonly Route[] {
  return [listOfMember(parts), read(parts), list(parts), resend(parts)];
}

function listOfMember(parts: NoticeParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/notices',
    tag,
    summary: 'List what a member was told, the oldest first',
    policy: ownOrKeyed('member.view'),
    params: idParam('member'),
    query: z.strictObject({
      ...pageOf('notice'),
      unreadOnly: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: '`true`: only what the app shows and nobody has read' }),
    }),
    responses: page,
    handle: async ({ principal, params, query: { limit, cursor, unreadOnly } }) => {
      const member = await scopedTo(unitOfWork(parts.orm), principal).member(params.id);
      if (member === null) throw new DomainError('not_found', 'There is no such member.');
      const unread = unreadOnly === 'true' ? { inApp: true, readAt: null } : {};
      const request = { limit, after: cursor ?? null };
      return {
        status: 200,
        body: await shownPage(parts, principal, { request, filter: { memberId: member.id, ...unread } }),
      };
    },
  });
}

function read(parts: NoticeParts): Route {
  return route({
    method: 'post',
    path: '/v1/members/:id/notices/:notice/read',
    tag,
    summary: 'Note that a member has read a notice; again changes nothing',
    policy: ownOrKeyed('member.manage', 'payments.use'),
    idempotency: 'optional',
    params: z.object({ id: id('member'), notice: id('notice') }),
    body: z.strictObject({}),
    responses: { 200: { description: 'The notice', schema: noticeSchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const notice = await scopedTo(em, principal).notice(params.notice);
        if (notice?.memberId !== params.id) throw noSuchNotice();
        if (!notice.readAt) await em.persist(em.assign(notice, { readAt: new Date() })).flush();
        return made(200, notice.id, await shown(parts, notice));
      }),
  });
}

function list(parts: NoticeParts): Route {
  return route({
    method: 'get',
    path: '/v1/notices',
    tag,
    summary: 'List notices of all members; `failed` ones wait for a person',
    policy: keyed('platform', 'member.view'),
    query: z.strictObject({ ...pageOf('notice'), state: z.enum(noticeStates).optional() }),
    responses: page,
    handle: async ({ principal, query: { limit, cursor, ...filter } }) => {
      const request = { limit, after: cursor ?? null };
      return { status: 200, body: await shownPage(parts, principal, { request, filter: definedOnly(filter) }) };
    },
  });
}

function resend(parts: NoticeParts): Route {
  return route({
    method: 'post',
    path: '/v1/notices/:id/resend',
    tag,
    summary: 'Send a notice again now, as the same message and with two days of attempts',
    policy: keyed('platform', 'member.manage'),
    idempotency: 'optional',
    params: idParam('notice'),
    body: z.strictObject({}),
    responses: { 200: { description: 'The notice, due now', schema: noticeSchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const notice = await scopedTo(em, principal).notice(params.id);
        if (notice === null) throw noSuchNotice();
        const before = { state: notice.state, attempts: notice.attempts };
        em.assign(notice, { state: 'pending', attempts: 0, dueAt: new Date(), sentAt: null });
        await em.persist(notice).flush();
        const act = { action: 'notice.resend', target: notice.id, before, after: { state: 'pending', attempts: 0 } };
        recordAct(em, { ...act, ...signatureOf(principal), organisationId: null });
        return made(200, notice.id, await shown(parts, notice));
      }),
  });
}

interface Wish {
  readonly request: PageRequest;
  readonly filter: FilterQuery<Notice>;
}

async function shownPage({ orm, pool }: NoticeParts, principal: Principal, { request, filter }: Wish) {
  const found = await scopedTo(unitOfWork(orm), principal).notices(request, filter);
  const nameOf = await otherNamesOf(
    pool,
    found.rows.map(({ facts }) => facts),
  );
  return pageView(found, (row) => noticeView(row, nameOf(row.facts)));
}

async function shown({ pool }: NoticeParts, notice: Notice) {
  return noticeView(notice, (await otherNamesOf(pool, [notice.facts]))(notice.facts));
}

function noSuchNotice(): DomainError {
  return new DomainError('not_found', 'There is no such notice.');
}
