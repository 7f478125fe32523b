import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { parseCurrency } from '../../../domain/currency.ts';
import { DomainError } from '../../../domain/errors.ts';
import { memberId } from '../../../domain/ids.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { Member } from '../../../entities/members/member.entity.ts';
import { newId } from '../../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { definedOnly, refusingDuplicates } from '../../duplicates.ts';
import { memberSchema, memberView } from '../../members/member-view.ts';
import { made } from '../../once.ts';
import { keyed, ownOrKeyed, route, type Route } from '../../route.ts';
import { currency, externalRef, idParam, listOf, pageOf, text } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'Members';
const shown = { 200: { description: 'The member', schema: memberSchema } };

const preferences = {
  wantsLowBalanceEmail: z.boolean().optional(),
  wantsPaymentsEmail: z.boolean().optional(),
  homeClub: text(120).nullable().optional(),
  rank: text(60).nullable().optional(),
};
const newMember = z.strictObject({
  externalRef,
  firstName: text(120),
  lastName: text(120),
  email: z.email().max(254).nullable().optional(),
  no: z
    .int()
    .positive()
    .max(2_000_000_000)
    .optional()
    .meta({ description: 'Their number with you, by which IOUs may be waiting; given by us where you have none' }),
  currency,
  system: z.boolean().optional(),
  ...preferences,
});
type NewMember = z.output<typeof newMember>;

/** People with a balance, as the host application knows them. */
export function memberRoutes(orm: Orm): readonly Route[] {
  return [create(), createMany(), list(orm), get(orm), change()];
}

function create(): Route {
  return route({
    method: 'post',
    path: '/v1/members',
    tag,
    summary: 'Add a member',
    description: 'Asking again with the same `externalRef` answers the member that is there, unchanged, with 200.',
    policy: keyed('platform', 'member.manage'),
    idempotency: 'optional',
    body: newMember,
    responses: { ...shown, 201: { description: 'The new member', schema: memberSchema } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const { member, isNew } = await ensureMember(em, principal, body);
        return made(isNew ? 201 : 200, member.id, memberView(member));
      }),
  });
}

function createMany(): Route {
  const item = z.object({ member: memberSchema, created: z.boolean() });
  return route({
    method: 'post',
    path: '/v1/members/bulk',
    tag,
    summary: 'Add many members, all or none',
    policy: keyed('platform', 'member.manage'),
    idempotency: 'optional',
    body: z.strictObject({ members: z.array(newMember).min(1).max(100) }),
    responses: { 200: { description: 'Each member, in order', schema: z.object({ items: z.array(item) }) } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const items = [];
        for (const wanted of body.members) {
          const { member, isNew } = await ensureMember(em, principal, wanted);
          items.push({ member: memberView(member), created: isNew });
        }
        return made(200, items[0]?.member.id ?? '', { items });
      }),
  });
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/members',
    tag,
    summary: 'List members',
    policy: keyed('platform', 'member.view'),
    query: z.strictObject({
      ...pageOf('member'),
      externalRef: externalRef.optional(),
      no: z.coerce.number().int().positive().optional(),
    }),
    responses: { 200: { description: 'A page of members', schema: listOf(memberSchema) } },
    handle: async ({ principal, query: { limit, cursor, ...filter } }) => {
      const page = { limit, after: cursor ?? null };
      const found = await scopedTo(unitOfWork(orm), principal).members(page, definedOnly(filter));
      return { status: 200, body: pageView(found, memberView) };
    },
  });
}

function get(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id',
    tag,
    summary: 'Read a member',
    policy: ownOrKeyed('member.view'),
    params: idParam('member'),
    responses: shown,
    handle: async ({ principal, params }) => {
      const member = await scopedTo(unitOfWork(orm), principal).member(params.id);
      if (member === null) throw noSuchMember();
      return { status: 200, body: memberView(member) };
    },
  });
}

function change(): Route {
  return route({
    method: 'patch',
    path: '/v1/members/:id',
    tag,
    summary: 'Change a member; a closed one pays and receives nothing, their book stays',
    policy: keyed('platform', 'member.manage'),
    idempotency: 'optional',
    params: idParam('member'),
    body: z.strictObject({
      firstName: text(120).optional(),
      lastName: text(120).optional(),
      email: z.email().max(254).nullable().optional(),
      status: z.enum(['active', 'closed']).optional(),
      ...preferences,
    }),
    responses: shown,
    handle: async ({ body: { rank, ...body }, params, principal, once }) =>
      once(async (em) => {
        const member = await scopedTo(em, principal).member(params.id);
        if (member === null) throw noSuchMember();
        const before = memberView(member);
        em.assign(member, definedOnly({ ...body, rankName: rank }));
        await em.persist(member).flush();
        await em.refresh(member);
        const after = memberView(member);
        record(em, { principal, member, action: 'member.change', before, after });
        return made(200, after.id, after);
      }),
  });
}

async function ensureMember(
  em: SqlEntityManager,
  principal: Principal,
  wanted: NewMember,
): Promise<{ readonly member: Member; readonly isNew: boolean }> {
  const { externalRef, no } = wanted;
  const [known] = (await scopedTo(em, principal).members({ limit: 1, after: null }, { externalRef })).rows;
  if (known !== undefined) return { member: known, isNew: false };
  const member = em.create(Member, memberOf(wanted));
  await refusingDuplicates(no === undefined ? 'externalRef' : 'no', () => em.persist(member).flush());
  await em.refresh(member);
  record(em, { principal, member, action: 'member.create', after: memberView(member) });
  return { member, isNew: true };
}

const defaults = { wantsLowBalanceEmail: true, wantsPaymentsEmail: true, email: null, homeClub: null };

function memberOf({ rank, system, currency: code, ...wanted }: NewMember) {
  return {
    ...defaults,
    ...definedOnly(wanted),
    id: memberId(newId('member')),
    externalRef: wanted.externalRef,
    firstName: wanted.firstName,
    lastName: wanted.lastName,
    currency: parseCurrency(code),
    status: 'active',
    isSystem: system ?? false,
    rankName: rank ?? null,
    createdAt: new Date(),
  } as const;
}

interface MemberAct {
  readonly principal: Principal;
  readonly member: Member;
  readonly action: 'member.create' | 'member.change';
  readonly before?: ReturnType<typeof memberView>;
  readonly after: ReturnType<typeof memberView>;
}

function record(em: SqlEntityManager, { principal, member, ...act }: MemberAct): void {
  recordAct(em, { ...act, ...signatureOf(principal), target: member.id, organisationId: null });
}

function noSuchMember(): DomainError {
  return new DomainError('not_found', 'There is no such member.');
}
