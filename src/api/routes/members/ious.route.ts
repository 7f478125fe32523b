import { z } from 'zod';
import type { FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import type { Iou } from '../../../entities/members/iou.entity.ts';
import { closeIou } from '../../../entities/members/ious.ts';
import { readIouAgeing } from '../../../entities/members/ious.read.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { ownMember } from '../../cards/auto-top-up-setting.ts';
import { iouAgeingSchema, iouAgeingView, iouSchema, iouView } from '../../members/iou-view.ts';
import { ensureIou, noSuchIou } from '../../members/iou-writing.ts';
import { made } from '../../once.ts';
import { keyed, ownOrKeyed, route, type Route } from '../../route.ts';
import { externalRef, id, idParam, listOf, pageOf, positiveMoney, text, time } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'IOUs';
const shown = { 200: { description: 'The IOU', schema: iouSchema } };
const memberNo = z.int().positive().max(4_294_967_295);

const newIouSchema = z
  .strictObject({
    externalRef,
    organisation: id('organisation').optional().meta({ description: 'Default: the organisation of the key' }),
    memberNo: memberNo.meta({ description: 'Who owes; the number may belong to nobody yet' }),
    amount: positiveMoney,
    description: text(100).optional(),
    session: text(120).optional(),
    dueAt: time.optional(),
  })
  .meta({ id: 'NewIou' });

/** What members owe organisations, outside the book until it is paid (decisions D20). */
export function iouRoutes(orm: Orm): readonly Route[] {
  return [create(), list(orm), listOfMember(orm), ageing(orm), get(orm), close('cancel'), close('write_off')];
}

function create(): Route {
  return route({
    method: 'post',
    path: '/v1/ious',
    tag,
    summary: 'Write down what somebody owes',
    description: 'Asking again with the same `externalRef` answers the IOU that is there, unchanged, with 200.',
    policy: keyed('organisation', 'iou.manage'),
    idempotency: 'optional',
    body: newIouSchema,
    responses: { ...shown, 201: { description: 'The new IOU', schema: iouSchema } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const { iou, isNew } = await ensureIou(em, principal, body);
        const after = iouView(iou, new Date());
        if (isNew) record(em, principal, { action: 'iou.create', iou, after });
        return made(isNew ? 201 : 200, iou.id, after);
      }),
  });
}

const filters = {
  organisation: id('organisation').optional(),
  member: z.coerce.number().int().positive().optional().meta({ description: 'The number of the member who owes' }),
  state: z.enum(['open', 'paying', 'paid', 'cancelled', 'written_off']).optional(),
  session: text(120).optional(),
  overdue: z.enum(['true', 'false']).optional(),
};
const listQuery = z.strictObject({ ...pageOf('iou'), ...filters });

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/ious',
    tag,
    summary: 'List IOUs, of a member, of an organisation, by state',
    policy: keyed('organisation', 'iou.view'),
    query: listQuery,
    responses: { 200: { description: 'A page of IOUs', schema: listOf(iouSchema) } },
    handle: async ({ principal, query }) => {
      const now = new Date();
      const page = { limit: query.limit, after: query.cursor ?? null };
      const found = await scopedTo(unitOfWork(orm), principal).ious(page, filterOf(query, now));
      return { status: 200, body: pageView(found, (row) => iouView(row, now)) };
    },
  });
}

function listOfMember(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/ious',
    tag,
    summary: 'List what a member owes, and owed',
    policy: ownOrKeyed('member.view'),
    params: idParam('member'),
    query: z.strictObject({ ...pageOf('iou'), state: filters.state }),
    responses: { 200: { description: 'A page of IOUs', schema: listOf(iouSchema) } },
    handle: async ({ principal, params, query: { limit, cursor, state } }) => {
      const now = new Date();
      const member = await ownMember(orm, principal, params.id);
      const owed = { memberNo: member.no, ...(state === undefined ? {} : { state }) };
      const found = await scopedTo(unitOfWork(orm), principal).ious({ limit, after: cursor ?? null }, owed);
      return { status: 200, body: pageView(found, (row) => iouView(row, now)) };
    },
  });
}

function filterOf(query: z.output<typeof listQuery>, now: Date): FilterQuery<Iou> {
  const owed = { state: { $in: ['open', 'paying'] }, dueAt: { $lt: now } };
  const conditions = [
    query.organisation === undefined ? {} : { organisationId: query.organisation },
    query.member === undefined ? {} : { memberNo: query.member },
    query.state === undefined ? {} : { state: query.state },
    query.session === undefined ? {} : { sessionRef: query.session },
    query.overdue === 'true' ? owed : {},
    query.overdue === 'false' ? { $or: [{ dueAt: null }, { dueAt: { $gte: now } }, { closedAt: { $ne: null } }] } : {},
  ];
  return { $and: conditions } as FilterQuery<Iou>;
}

function ageing(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/ious/ageing',
    tag,
    summary: 'What is owed, by days since it was made',
    policy: keyed('organisation', 'iou.view'),
    query: z.strictObject({ organisation: id('organisation').optional(), asOf: time.optional() }),
    responses: {
      200: { description: 'Sums by currency and age', schema: z.object({ items: z.array(iouAgeingSchema) }) },
    },
    handle: async ({ principal, query }) => {
      const asOf = query.asOf === undefined ? new Date() : new Date(query.asOf);
      const wish = { organisationId: query.organisation, asOf };
      const found = await readIouAgeing(unitOfWork(orm), principal, wish);
      return { status: 200, body: { items: found.map(iouAgeingView) } };
    },
  });
}

function get(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/ious/:id',
    tag,
    summary: 'Read an IOU',
    policy: keyed('organisation', 'iou.view'),
    params: idParam('iou'),
    responses: shown,
    handle: async ({ principal, params }) => {
      const iou = await scopedTo(unitOfWork(orm), principal).iou(params.id);
      if (iou === null) throw noSuchIou();
      return { status: 200, body: iouView(iou, new Date()) };
    },
  });
}

const closing = {
  cancel: { path: '/v1/ious/:id/cancel', action: 'iou.cancel', summary: 'Cancel an open IOU: it was never owed' },
  write_off: { path: '/v1/ious/:id/write-off', action: 'iou.write_off', summary: 'Give up what will not be paid' },
} as const;

function close(change: keyof typeof closing): Route {
  const { path, action, summary } = closing[change];
  return route({
    method: 'post',
    path,
    tag,
    summary,
    policy: keyed('organisation', 'iou.manage'),
    idempotency: 'optional',
    params: idParam('iou'),
    body: z.strictObject({ reason: text(255).optional() }),
    responses: shown,
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const iou = await scopedTo(em, principal).iou(params.id);
        if (iou === null) throw noSuchIou();
        const before = iouView(iou, new Date());
        await closeIou(em, iou, change);
        const after = iouView(iou, new Date());
        record(em, principal, { action, iou, before, after, ...(body.reason === undefined ? {} : body) });
        return made(200, iou.id, after);
      }),
  });
}

interface IouAct {
  readonly action: 'iou.create' | 'iou.cancel' | 'iou.write_off';
  readonly iou: Iou;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  readonly reason?: string | undefined;
}

function record(em: SqlEntityManager, principal: Principal, { iou, reason, ...act }: IouAct): void {
  const why = reason === undefined ? {} : { reason };
  recordAct(em, { ...act, ...why, ...signatureOf(principal), target: iou.id, organisationId: iou.organisationId });
}
