import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { siteId } from '../../../domain/ids.ts';
import { invariant } from '../../../domain/invariant.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import {
  administerReader,
  administrationOf,
  noSuchReader,
  registerReader,
  type ReaderWritingParts,
} from '../../counter/reader-writing.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam, listOf, pageOf, text } from '../../schemas.ts';
import { pageView, readerSchema, readerView } from '../../views.ts';
import { noSuchSite } from './sites.route.ts';

const tag = 'Readers';
const shown = { 200: { description: 'The reader', schema: readerSchema } };

const providerReaderSchema = z
  .object({
    providerRef: z.string(),
    label: z.string(),
    deviceType: z.string().nullable(),
    serialNumber: z.string().nullable(),
    online: z
      .boolean()
      .meta({ description: 'As the processor says; a reader can be gone for two minutes before it knows' }),
    reader: id('reader').nullable().meta({ description: 'Our reader, if it is registered here' }),
  })
  .meta({ id: 'ProviderReader' });

/** Card readers of a site: pair, list, rename, unpair. */
export function readerRoutes(parts: ReaderWritingParts): readonly Route[] {
  return [register(parts), list(parts), get(parts), rename(parts), remove(parts), atProcessor(parts)];
}

function register(parts: ReaderWritingParts): Route {
  return route({
    method: 'post',
    path: '/v1/readers',
    tag,
    summary: 'Pair a reader by the code that it shows',
    policy: keyed('site', 'reader.manage'),
    idempotency: 'required',
    body: z
      .strictObject({
        site: id('site'),
        registrationCode: z
          .string()
          .regex(/^[\x21-\x7e]{1,100}$/)
          .meta({ examples: ['simulated-wpe'] }),
        label: text(120),
      })
      .meta({ id: 'NewReader' }),
    responses: { 201: { description: 'The paired reader', schema: readerSchema } },
    handle: async ({ principal, write, body }) => {
      invariant(write !== null, 'A registration without a key');
      return registerReader(parts, { principal, write, body });
    },
  });
}

function list({ orm }: ReaderWritingParts): Route {
  return route({
    method: 'get',
    path: '/v1/readers',
    tag,
    summary: 'List readers',
    policy: keyed('site', 'reader.view'),
    query: z.strictObject({
      ...pageOf('reader'),
      site: id('site').optional(),
      removed: z.enum(['true', 'false']).optional(),
    }),
    responses: {
      200: { description: 'A page of readers; removed ones only if asked for', schema: listOf(readerSchema) },
    },
    handle: async ({ principal, query }) => {
      const page = { limit: query.limit, after: query.cursor ?? null };
      const filter = {
        ...(query.site === undefined ? {} : { siteId: siteId(query.site) }),
        ...(query.removed === 'true' ? {} : { removedAt: null }),
      };
      const found = await scopedTo(unitOfWork(orm), principal).readers(page, filter);
      return { status: 200, body: pageView(found, readerView) };
    },
  });
}

function get({ orm }: ReaderWritingParts): Route {
  return route({
    method: 'get',
    path: '/v1/readers/:id',
    tag,
    summary: 'Read a reader',
    policy: keyed('site', 'reader.view'),
    params: idParam('reader'),
    responses: shown,
    handle: async ({ principal, params }) => {
      const reader = await scopedTo(unitOfWork(orm), principal).reader(params.id);
      if (reader === null) throw noSuchReader();
      return { status: 200, body: readerView(reader) };
    },
  });
}

function rename(parts: ReaderWritingParts): Route {
  return route({
    method: 'patch',
    path: '/v1/readers/:id',
    tag,
    summary: 'Rename a reader, here and at the processor',
    policy: keyed('site', 'reader.manage'),
    params: idParam('reader'),
    body: z.strictObject({ label: text(120) }).meta({ id: 'ChangedReader' }),
    responses: shown,
    handle: async ({ principal, params, body }) =>
      administerReader(parts, {
        action: 'reader.rename',
        principal,
        readerId: params.id,
        ask: async (administration, reader) => {
          const outcome = await administration.rename(reader.providerRef, body.label);
          if (outcome === 'renamed') return;
          throw new DomainError('conflict', 'The processor has no such reader any more; remove it here.');
        },
        change: (reader) => {
          reader.label = body.label;
        },
      }),
  });
}

function remove(parts: ReaderWritingParts): Route {
  return route({
    method: 'delete',
    path: '/v1/readers/:id',
    tag,
    summary: 'Unpair a reader; old sales go on naming it',
    policy: keyed('site', 'reader.manage'),
    params: idParam('reader'),
    responses: shown,
    handle: async ({ principal, params }) =>
      administerReader(parts, {
        action: 'reader.remove',
        principal,
        readerId: params.id,
        ask: async (administration, reader) => {
          await administration.remove(reader.providerRef);
        },
        change: (reader) => {
          reader.removedAt = new Date();
        },
      }),
  });
}

function atProcessor(parts: ReaderWritingParts): Route {
  return route({
    method: 'get',
    path: '/v1/sites/:id/provider-readers',
    tag,
    summary: "List the readers of a site's location as the processor knows them now",
    policy: keyed('site', 'reader.view'),
    params: idParam('site'),
    responses: { 200: { description: 'All of them', schema: z.object({ items: z.array(providerReaderSchema) }) } },
    handle: async ({ principal, params }) => {
      const reads = scopedTo(unitOfWork(parts.orm), principal);
      const site = await reads.site({ id: siteId(params.id) });
      if (site === null) throw noSuchSite();
      if (!site.providerLocation) return { status: 200, body: { items: [] } };
      const paired = await (await administrationOf(parts, site)).list(site.providerLocation);
      const known = await reads.readers({ limit: 1_000, after: null }, { siteId: site.id, removedAt: null });
      const ids = new Map(known.rows.map((reader) => [reader.providerRef, reader.id]));
      const items = paired.map(({ providerRef, label, deviceType, serialNumber, online }) => ({
        providerRef,
        label,
        deviceType,
        serialNumber,
        online,
        reader: ids.get(providerRef) ?? null,
      }));
      return { status: 200, body: { items } };
    },
  });
}
