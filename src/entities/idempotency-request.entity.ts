import { defineEntity, p } from '@mikro-orm/core';
import type { IdempotencyRequestId } from '../domain/ids.ts';

export type IdempotencyState = 'running' | 'done';

const IdempotencyRequestSchema = defineEntity({
  name: 'IdempotencyRequest',
  tableName: 'idempotency_request',
  indexes: [{ name: 'idempotency_request_created_index', properties: ['createdAt'] }],
  uniques: [{ name: 'idempotency_request_unique', properties: ['tenant', 'idempotencyKey'] }],
  properties: {
    id: p.string().$type<IdempotencyRequestId>().length(30).collation('ascii_bin').primary(),
    /** The principal's tenant: its organisation, or `platform`. */
    tenant: p.string().length(64).collation('ascii_bin'),
    idempotencyKey: p.string().length(255).collation('ascii_bin'),
    /** SHA-256 over method, path and body. */
    requestHash: p.string().length(64).collation('ascii_bin'),
    /** The id of what the request makes, written before anything starts (decisions D46). */
    resourceId: p.string().length(30).collation('ascii_bin'),
    state: p.string().$type<IdempotencyState>().length(8).collation('ascii_bin'),
    status: p.smallint().unsigned().nullable(),
    body: p.text().columnType('mediumtext').nullable(),
    createdAt: p.datetime(6),
    finishedAt: p.datetime(6).nullable(),
  },
});
/** A caller's write under its key, so that the same answer can be given again. */
export class IdempotencyRequest extends IdempotencyRequestSchema.class {}
IdempotencyRequestSchema.setClass(IdempotencyRequest);
