import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../domain/errors.ts';
import { organisationId } from '../../domain/ids.ts';
import { signatureOf } from '../../domain/principal.ts';
import { recordAct } from '../../entities/audit.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { Organisation } from '../../entities/organisation.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { made } from '../once.ts';
import { keyed, route, type Route } from '../route.ts';
import { externalRef, idParam, listOf, pageOf, text, zone } from '../schemas.ts';
import { organisationSchema, organisationView, pageView } from '../views.ts';
import { definedOnly, refusingDuplicates } from '../duplicates.ts';

const tag = 'Organisations';
const shown = { 200: { description: 'The organisation', schema: organisationSchema } };

/** Who owns sites, is credited by sales and paid by settlements. `defaultZone` is the deployment's. */
export function organisationRoutes(orm: Orm, defaultZone: string): readonly Route[] {
  return [create(defaultZone), list(orm), get(orm), change()];
}

function create(defaultZone: string): Route {
  return route({
    method: 'post',
    path: '/v1/organisations',
    tag,
    summary: 'Add an organisation',
    policy: keyed('platform', 'organisation.manage'),
    idempotency: 'optional',
    body: z.strictObject({ name: text(120), zone: zone.optional(), externalRef: externalRef.optional() }),
    responses: { 201: { description: 'The new organisation', schema: organisationSchema } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const organisation = em.create(Organisation, {
          id: organisationId(newId('organisation')),
          name: body.name,
          status: 'active',
          zone: body.zone ?? defaultZone,
          externalRef: body.externalRef ?? null,
          createdAt: new Date(),
        });
        await save(em, organisation);
        const view = organisationView(organisation);
        recordAct(em, {
          ...signatureOf(principal),
          action: 'organisation.create',
          target: view.id,
          organisationId: organisation.id,
          after: view,
        });
        return made(201, view.id, view);
      }),
  });
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/organisations',
    tag,
    summary: 'List organisations',
    policy: keyed('organisation', 'organisation.view'),
    query: z.strictObject(pageOf('organisation')),
    responses: { 200: { description: 'A page of organisations', schema: listOf(organisationSchema) } },
    handle: async ({ principal, query }) => {
      const page = { limit: query.limit, after: query.cursor ?? null };
      const found = await scopedTo(unitOfWork(orm), principal).organisations(page);
      return { status: 200, body: pageView(found, organisationView) };
    },
  });
}

function get(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id',
    tag,
    summary: 'Read an organisation',
    policy: keyed('organisation', 'organisation.view'),
    params: idParam('organisation'),
    responses: shown,
    handle: async ({ principal, params }) => {
      const organisation = await scopedTo(unitOfWork(orm), principal).organisation(params.id);
      if (organisation === null) throw noSuchOrganisation();
      return { status: 200, body: organisationView(organisation) };
    },
  });
}

function change(): Route {
  return route({
    method: 'patch',
    path: '/v1/organisations/:id',
    tag,
    summary: 'Change an organisation; a closed one takes no new sales, its book stays',
    policy: keyed('organisation', 'organisation.manage'),
    idempotency: 'optional',
    params: idParam('organisation'),
    body: z.strictObject({
      name: text(120).optional(),
      zone: zone.optional(),
      status: z.enum(['active', 'closed']).optional(),
      externalRef: externalRef.nullable().optional(),
    }),
    responses: shown,
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const organisation = await scopedTo(em, principal).organisation(params.id);
        if (organisation === null) throw noSuchOrganisation();
        const before = organisationView(organisation);
        em.assign(organisation, definedOnly(body));
        await save(em, organisation);
        const after = organisationView(organisation);
        recordAct(em, {
          ...signatureOf(principal),
          action: 'organisation.change',
          target: after.id,
          organisationId: organisation.id,
          before,
          after,
        });
        return made(200, after.id, after);
      }),
  });
}

async function save(em: SqlEntityManager, organisation: Organisation): Promise<void> {
  await refusingDuplicates('externalRef', () => em.persist(organisation).flush());
  await em.refresh(organisation);
}

function noSuchOrganisation(): DomainError {
  return new DomainError('not_found', 'There is no such organisation.');
}
