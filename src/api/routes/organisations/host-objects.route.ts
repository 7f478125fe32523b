import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { findHostObject, nameHostObject } from '../../../entities/organisations/host-objects.ts';
import type { HostObject } from '../../../entities/organisations/host-object.entity.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import type { Shelf } from '../../../entities/shelf.ts';
import { keyed, route, type Route } from '../../route.ts';
import { externalRef, text } from '../../schemas.ts';

const tag = 'Host objects';
const kind = z.enum(['session', 'event', 'congress', 'membership', 'other']);
const params = z.object({ kind, id: externalRef });
const path = '/v1/host-objects/:kind/:id';
const hostObjectSchema = z
  .object({
    kind,
    id: z.string(),
    name: z.string(),
    date: z.iso.date().nullable(),
    parent: z.string().nullable(),
  })
  .meta({ id: 'HostObject' });

/** What hosts call their sessions and events, so that statements and reports show names (decisions D15). */
export function hostObjectRoutes({ orm }: Shelf): readonly Route[] {
  return [put(orm), get(orm)];
}

function put(orm: Shelf['orm']): Route {
  return route({
    method: 'put',
    path,
    tag,
    summary: 'Name a session, an event or another thing of yours',
    policy: keyed('platform', 'payments.use'),
    idempotency: 'none',
    params,
    body: z
      .strictObject({
        name: text(200),
        date: z.iso.date().nullable().default(null),
        parent: text(200).nullable().default(null).meta({ description: 'What it belongs to, such as a congress' }),
      })
      .meta({ id: 'HostObjectWords' }),
    responses: { 200: { description: 'As it is called now', schema: hostObjectSchema } },
    handle: async ({ params: { kind: of, id }, body: { name, date, parent } }) => {
      const words = { kind: of, externalRef: id, name, heldOn: date, parent };
      await nameHostObject(unitOfWork(orm), words, new Date());
      return { status: 200, body: view(words) };
    },
  });
}

function get(orm: Shelf['orm']): Route {
  return route({
    method: 'get',
    path,
    tag,
    summary: 'Read what a thing of yours is called',
    policy: keyed('platform', 'payments.view'),
    params,
    responses: { 200: { description: 'As it is called now', schema: hostObjectSchema } },
    handle: async ({ params: { kind: of, id } }) => {
      const found = await findHostObject(unitOfWork(orm), of, id);
      if (found === null) throw new DomainError('not_found', 'Nobody has named it.');
      return { status: 200, body: view(found) };
    },
  });
}

function view({ kind: of, externalRef: id, name, heldOn, parent }: Omit<HostObject, 'updatedAt'>) {
  return { kind: of, id, name, date: heldOn ?? null, parent: parent ?? null };
}
