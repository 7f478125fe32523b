import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { isCurrency } from '../../../domain/currency.ts';
import { DomainError } from '../../../domain/errors.ts';
import { siteId } from '../../../domain/ids.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { newId } from '../../../entities/new-id.ts';
import type { Organisation } from '../../../entities/organisations/organisation.entity.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import type { ProcessorAccount } from '../../../entities/processor-account.entity.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { Site } from '../../../entities/counter/site.entity.ts';
import { definedOnly, refusingDuplicates } from '../../duplicates.ts';
import { made } from '../../once.ts';
import { keyed, route, type Route } from '../../route.ts';
import { refusedField } from '../../refused-field.ts';
import { country, currency, externalRef, id, idParam, listOf, pageOf, slug, text, zone } from '../../schemas.ts';
import { pageView, siteSchema, siteView } from '../../views.ts';
import { noSuchAccount } from '../processor-accounts.route.ts';

const tag = 'Sites';
const shown = { 200: { description: 'The site', schema: siteSchema } };
const captureMode = z.enum(['manual', 'automatic']);
const providerLocation = z
  .string()
  .regex(/^[\x21-\x7e]{1,120}$/)
  .meta({ description: "The processor's location; readers are paired with it", examples: ['tml_…'] });

const newSite = z
  .strictObject({
    organisation: id('organisation').optional().meta({ description: 'Default: the organisation of the key' }),
    name: text(120),
    slug,
    currency: currency.refine(isCurrency, 'is not supported'),
    country,
    zone: zone.optional().meta({ description: 'Default: as the organisation' }),
    processorAccount: id('processorAccount'),
    providerLocation: providerLocation.optional(),
    captureMode: captureMode.optional().meta({ description: 'Default: `automatic`' }),
    receiptHeader: text(500).optional(),
    externalRef: externalRef.optional(),
  })
  .meta({ id: 'NewSite' });

const changedSite = z
  .strictObject({
    name: text(120).optional(),
    zone: zone.optional(),
    providerLocation: providerLocation.nullable().optional(),
    captureMode: captureMode.optional(),
    receiptHeader: text(500).nullable().optional(),
    externalRef: externalRef.nullable().optional(),
  })
  .meta({ id: 'ChangedSite' });

/** Counters: where an organisation sells, in one currency, through one account (decisions D61). */
export function siteRoutes(orm: Orm): readonly Route[] {
  return [create(), list(orm), get(orm), change()];
}

function create(): Route {
  return route({
    method: 'post',
    path: '/v1/sites',
    tag,
    summary: 'Add a site',
    policy: keyed('organisation', 'site.manage'),
    idempotency: 'optional',
    body: newSite,
    responses: { 201: { description: 'The new site', schema: siteSchema } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const site = await addSite(em, principal, body);
        const view = siteView(site);
        recordAct(em, {
          ...signatureOf(principal),
          action: 'site.create',
          target: view.id,
          organisationId: site.organisationId,
          after: view,
        });
        return made(201, view.id, view);
      }),
  });
}

async function addSite(em: SqlEntityManager, principal: Principal, body: z.output<typeof newSite>): Promise<Site> {
  const organisation = await ownerOf(em, principal, body.organisation);
  const account = await scopedTo(em, principal).processorAccount(body.processorAccount);
  requireUsable(account, organisation.id, body.currency);
  const site = em.create(Site, {
    ...optionalFacts(body, organisation),
    id: siteId(newId('site')),
    organisationId: organisation.id,
    name: body.name,
    slug: body.slug,
    currency: body.currency,
    country: body.country,
    processorAccountId: account.id,
    collection: 'reader',
    createdAt: new Date(),
  });
  await save(em, site);
  return site;
}

function optionalFacts(body: z.output<typeof newSite>, organisation: Organisation) {
  const { zone, captureMode, providerLocation, receiptHeader, externalRef } = body;
  return {
    zone: zone ?? organisation.zone,
    captureMode: captureMode ?? ('automatic' as const),
    providerLocation: providerLocation ?? null,
    receiptHeader: receiptHeader ?? null,
    externalRef: externalRef ?? null,
  };
}

async function ownerOf(em: SqlEntityManager, principal: Principal, named: string | undefined): Promise<Organisation> {
  const owner = named ?? principal.organisationId;
  if (owner === null) throw refusedField('invalid_request', 'organisation', 'must be given with a key of the platform');
  const organisation = await scopedTo(em, principal).organisation(owner);
  if (organisation === null) throw refusedField('not_found', 'organisation', 'names no organisation of yours');
  return organisation;
}

/** A site sells only through an account that its organisation may use and that settles in its currency (decisions D1). */
function requireUsable(
  account: ProcessorAccount | null,
  owner: string,
  given: string,
): asserts account is ProcessorAccount {
  if (account === null || (account.organisationId && account.organisationId !== owner)) throw noSuchAccount();
  if (account.settlesIn(given)) return;
  throw refusedField('currency_unsupported', 'currency', 'is not among the settlement currencies of the account');
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/sites',
    tag,
    summary: 'List sites',
    policy: keyed('site', 'site.view'),
    query: z.strictObject(pageOf('site')),
    responses: { 200: { description: 'A page of sites', schema: listOf(siteSchema) } },
    handle: async ({ principal, query }) => {
      const page = { limit: query.limit, after: query.cursor ?? null };
      return { status: 200, body: pageView(await scopedTo(unitOfWork(orm), principal).sites(page), siteView) };
    },
  });
}

function get(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/sites/:id',
    tag,
    summary: 'Read a site',
    policy: keyed('site', 'site.view'),
    params: idParam('site'),
    responses: shown,
    handle: async ({ principal, params }) => {
      const site = await scopedTo(unitOfWork(orm), principal).site({ id: siteId(params.id) });
      if (site === null) throw noSuchSite();
      return { status: 200, body: siteView(site) };
    },
  });
}

function change(): Route {
  return route({
    method: 'patch',
    path: '/v1/sites/:id',
    tag,
    summary: 'Change a site; its currency and account stay as they are',
    policy: keyed('site', 'site.manage'),
    idempotency: 'optional',
    params: idParam('site'),
    body: changedSite,
    responses: shown,
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const site = await scopedTo(em, principal).site({ id: siteId(params.id) });
        if (site === null) throw noSuchSite();
        const before = siteView(site);
        em.assign(site, definedOnly(body));
        await save(em, site);
        const after = siteView(site);
        recordAct(em, {
          ...signatureOf(principal),
          action: 'site.change',
          target: after.id,
          organisationId: site.organisationId,
          before,
          after,
        });
        return made(200, after.id, after);
      }),
  });
}

async function save(em: SqlEntityManager, site: Site): Promise<void> {
  await refusingDuplicates('slug, providerLocation or externalRef', () => em.persist(site).flush());
  await em.refresh(site);
}

/** An unknown site, or somebody else's. */
export function noSuchSite(): DomainError {
  return new DomainError('not_found', 'There is no such site.');
}
