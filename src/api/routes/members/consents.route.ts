import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { organisationId } from '../../../domain/ids.ts';
import { recordAct } from '../../../entities/audit.ts';
import { consentsOf, grantConsent, revokeConsent } from '../../../entities/members/member-consents.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { ownMember } from '../../cards/auto-top-up-setting.ts';
import { made } from '../../once.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { id, idParam, time } from '../../schemas.ts';

const tag = 'Members';
const consentSchema = z.object({ organisation: id('organisation'), grantedAt: time }).meta({ id: 'Consent' });
const params = z.object({ id: id('member'), organisation: id('organisation') });
const path = '/v1/members/:id/consents/:organisation';
const shown = {
  200: { description: 'The consents that stand', schema: z.object({ items: z.array(consentSchema) }) },
};

/** Which organisations a member lets charge their balance (decisions D32). */
export function consentRoutes(orm: Orm): readonly Route[] {
  return [list(orm), grant(orm), revoke(orm)];
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/consents',
    tag,
    summary: 'List whom a member lets charge their balance',
    policy: ownOrKeyed('member.view'),
    params: idParam('member'),
    responses: shown,
    handle: async ({ principal, params: { id: of } }) => {
      const member = await ownMember(orm, principal, of);
      return { status: 200, body: await view(orm, member.id) };
    },
  });
}

function grant(orm: Orm): Route {
  return route({
    method: 'put',
    path,
    tag,
    summary: 'Let an organisation charge a member’s balance with its own key',
    policy: ownOrKeyed('member.manage', 'payments.use'),
    idempotency: 'none',
    params,
    body: z.strictObject({}),
    responses: shown,
    handle: async ({ principal, params: { id: of, organisation }, once }) => {
      const member = await ownMember(orm, principal, of);
      return once(async (em) => {
        const known = await scopedTo(em, { organisationId: null, siteId: null }).organisation(organisation);
        if (known === null) throw new DomainError('not_found', 'There is no such organisation.');
        const consent = { memberId: member.id, organisationId: known.id, actor: principal.keyId };
        await grantConsent(em, consent, new Date());
        recordAct(em, { ...consent, action: 'consent.grant', target: member.id });
        return made(200, member.id, await view(orm, member.id, em));
      });
    },
  });
}

function revoke(orm: Orm): Route {
  return route({
    method: 'delete',
    path,
    tag,
    summary: 'Take a consent back',
    policy: ownOrKeyed('member.manage', 'payments.use'),
    idempotency: 'none',
    params,
    responses: shown,
    handle: async ({ principal, params: { id: of, organisation }, once }) => {
      const member = await ownMember(orm, principal, of);
      return once(async (em) => {
        const consent = { memberId: member.id, organisationId: organisationId(organisation), actor: principal.keyId };
        await revokeConsent(em, consent, new Date());
        recordAct(em, { ...consent, action: 'consent.revoke', target: member.id });
        return made(200, member.id, await view(orm, member.id, em));
      });
    },
  });
}

async function view(orm: Orm, member: Parameters<typeof consentsOf>[1], em = unitOfWork(orm)) {
  const consents = await consentsOf(em, member);
  const items = consents.map((one) => ({ organisation: one.organisationId, grantedAt: one.grantedAt.toISOString() }));
  return { items };
}
