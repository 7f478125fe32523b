import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { readAuditEvents, type AuditQuery } from '../../entities/audit-events.read.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { keyed, route, type Answer, type Route } from '../route.ts';
import { id, idParam, listOf, time } from '../schemas.ts';

const tag = 'Audit';
const name = z.string().regex(/^[\x21-\x7e]{1,120}$/, 'must be printable ASCII without blanks');
const values = z.record(z.string(), z.unknown()).nullable();

/** Who did what to what, and why. */
const auditEventSchema = z
  .object({
    no: z.int(),
    at: time,
    actor: z.string().meta({ description: 'A key, or `person:<subject>`' }),
    assertedActor: z.string().nullable().meta({ description: 'For whom the key said to act' }),
    action: z.string().meta({ examples: ['adjustment.create'] }),
    target: z.string(),
    organisation: id('organisation').nullable(),
    before: values,
    after: values,
    reason: z.string().nullable(),
  })
  .meta({ id: 'AuditEvent' });

const filters = {
  actor: name.optional().meta({ description: 'A key, a person, or whom a key said to act for' }),
  action: name.optional(),
  target: name.optional(),
  from: time.optional(),
  before: time.optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
};
const responses = { 200: { description: 'A page of acts, the newest first', schema: listOf(auditEventSchema) } };

/** What was done with privilege: read by administrators, and by organisations as far as it is about them. */
export function auditEventRoutes({ orm, pool }: Shelf): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/audit-events',
      tag,
      summary: 'List privileged acts, the newest first',
      policy: keyed('platform', 'payments.global.view'),
      query: z.strictObject({ ...filters, organisation: id('organisation').optional() }),
      responses,
      handle: ({ query }) => page(pool, query),
    }),
    route({
      method: 'get',
      path: '/v1/organisations/:id/audit-events',
      tag,
      summary: 'List privileged acts about one organisation, the newest first',
      policy: keyed('organisation', 'organisation.manage', 'payments.global.view'),
      params: idParam('organisation'),
      query: z.strictObject(filters),
      responses,
      handle: async ({ principal, params, query }) => {
        const found = await scopedTo(unitOfWork(orm), principal).organisation(params.id);
        if (found === null) throw new DomainError('not_found', 'There is nothing under this identifier.');
        return page(pool, { ...query, organisation: found.id });
      },
    }),
  ];
}

async function page(pool: Shelf['pool'], query: AuditQuery): Promise<Answer> {
  const { acts, nextCursor } = await readAuditEvents(pool, query);
  return { status: 200, body: { items: acts, next_cursor: nextCursor === null ? null : String(nextCursor) } };
}
