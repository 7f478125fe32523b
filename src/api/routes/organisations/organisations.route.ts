import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { bankDetailVersions, currentBankDetails } from '../../../entities/organisations/bank-details.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import type { Organisation } from '../../../entities/organisations/organisation.entity.ts';
import { scopedTo, type ScopedReads } from '../../../entities/scoped-reads.ts';
import { organisationSchema, organisationView } from '../../organisations/organisation-view.ts';
import {
  addOrganisation,
  changedOrganisation,
  changeOrganisation,
  newOrganisation,
} from '../../organisations/organisation-writing.ts';
import { keyed, route, type Route } from '../../route.ts';
import { idParam, listOf, pageOf } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'Organisations';
const shown = { 200: { description: 'The organisation', schema: organisationSchema } };

/** Who owns sites, is credited by sales and paid by settlements. `defaultZone` is the deployment's. */
export function organisationRoutes(orm: Orm, defaultZone: string): readonly Route[] {
  return [create(defaultZone), list(orm), get(orm), change()];
}

/** The organisation of an address, if the caller may see it. Throws `not_found`. */
export async function organisationNamed(reads: ScopedReads, id: string): Promise<Organisation> {
  const organisation = await reads.organisation(id);
  if (organisation === null) throw new DomainError('not_found', 'There is no such organisation.');
  return organisation;
}

function create(defaultZone: string): Route {
  return route({
    method: 'post',
    path: '/v1/organisations',
    tag,
    summary: 'Add an organisation',
    policy: keyed('platform', 'organisation.manage'),
    idempotency: 'optional',
    body: newOrganisation,
    responses: { 201: { description: 'The new organisation', schema: organisationSchema } },
    handle: async ({ body, principal, once }) => once((em) => addOrganisation(em, principal, { ...body, defaultZone })),
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
      const em = unitOfWork(orm);
      const found = await scopedTo(em, principal).organisations(page);
      const ids = found.rows.map(({ id }) => id);
      const details = currentBankDetails(await bankDetailVersions(em, ids));
      return { status: 200, body: pageView(found, (row) => organisationView(row, details)) };
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
      const em = unitOfWork(orm);
      const organisation = await organisationNamed(scopedTo(em, principal), params.id);
      const details = currentBankDetails(await bankDetailVersions(em, [organisation.id]));
      return { status: 200, body: organisationView(organisation, details) };
    },
  });
}

function change(): Route {
  return route({
    method: 'patch',
    path: '/v1/organisations/:id',
    tag,
    summary: 'Change an organisation; a closed one takes no new sales, its book stays',
    description:
      'A changed `email` is told to the old address and to the new one. How it is paid is the platform’s to change.',
    policy: keyed('organisation', 'organisation.manage'),
    idempotency: 'optional',
    params: idParam('organisation'),
    body: changedOrganisation,
    responses: shown,
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const organisation = await organisationNamed(scopedTo(em, principal), params.id);
        return changeOrganisation(em, principal, { organisation, change: body });
      }),
  });
}
