import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { signatureOf } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { OrganisationUser } from '../../../entities/organisations/organisation-user.entity.ts';
import { organisationUser, organisationUsers } from '../../../entities/organisations/organisation-users.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { refusingDuplicates } from '../../duplicates.ts';
import { made } from '../../once.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam, time } from '../../schemas.ts';
import { organisationNamed } from './organisations.route.ts';

const tag = 'Organisations';
const subject = z
  .string()
  .regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 printable ASCII characters without blanks')
  .meta({ description: '`sub` of the person’s tokens; case counts' });
const role = z.enum(['view', 'edit']);
const userSchema = z
  .object({ organisation: id('organisation'), subject: z.string(), role, createdAt: time })
  .meta({ id: 'OrganisationUser' });

/** Who in person may see or move an organisation's money, with a token that names it (decisions D32). */
export function organisationUserRoutes(orm: Orm): readonly Route[] {
  return [list(orm), put(), remove()];
}

function view({ organisationId: organisation, subject: person, role: held, createdAt }: OrganisationUser) {
  return { organisation, subject: person, role: held, createdAt: createdAt.toISOString() };
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/users',
    tag,
    summary: 'List the people of an organisation',
    policy: keyed('organisation', 'organisation.manage'),
    params: idParam('organisation'),
    responses: { 200: { description: 'Its people', schema: z.object({ items: z.array(userSchema) }) } },
    handle: async ({ principal, params }) => {
      const em = unitOfWork(orm);
      const { id: organisationId } = await organisationNamed(scopedTo(em, principal), params.id);
      const rows = await organisationUsers(em, organisationId);
      return { status: 200, body: { items: rows.map(view) } };
    },
  });
}

function put(): Route {
  return route({
    method: 'put',
    path: '/v1/organisations/:id/users/:subject',
    tag,
    summary: 'Let a person see (`view`) or also move (`edit`) an organisation’s money',
    policy: keyed('organisation', 'organisation.manage'),
    idempotency: 'optional',
    params: z.object({ id: id('organisation'), subject }),
    body: z.strictObject({ role }).meta({ id: 'NewOrganisationUser' }),
    responses: { 200: { description: 'The person', schema: userSchema } },
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const { id: organisationId } = await organisationNamed(scopedTo(em, principal), params.id);
        const known = await organisationUser(em, organisationId, params.subject);
        const before = known === null ? {} : { before: view(known) };
        const row = known ?? em.create(OrganisationUser, newUser(organisationId, params.subject, principal));
        row.role = body.role;
        await refusingDuplicates('subject', () => em.persist(row).flush());
        const act = {
          action: 'organisation.user',
          target: params.subject,
          organisationId,
          ...before,
          after: view(row),
        };
        recordAct(em, { ...signatureOf(principal), ...act });
        return made(200, params.subject, view(row));
      }),
  });
}

function newUser(
  organisationId: OrganisationUser['organisationId'],
  person: string,
  principal: Parameters<typeof signatureOf>[0],
) {
  return { organisationId, subject: person, role: 'view', createdAt: new Date(), ...signatureOf(principal) } as const;
}

function remove(): Route {
  return route({
    method: 'delete',
    path: '/v1/organisations/:id/users/:subject',
    tag,
    summary: 'Let a person act for an organisation no more',
    policy: keyed('organisation', 'organisation.manage'),
    idempotency: 'optional',
    params: z.object({ id: id('organisation'), subject }),
    responses: { 200: { description: 'Who it was', schema: userSchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const { id: organisationId } = await organisationNamed(scopedTo(em, principal), params.id);
        const row = await organisationUser(em, organisationId, params.subject);
        if (row === null) throw new DomainError('not_found', 'There is no such person of this organisation.');
        const before = view(row);
        em.remove(row);
        const act = { action: 'organisation.user_removed', target: params.subject, organisationId, before };
        recordAct(em, { ...signatureOf(principal), ...act });
        await em.flush();
        return made(200, params.subject, before);
      }),
  });
}
