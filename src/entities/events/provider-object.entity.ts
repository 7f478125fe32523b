import { defineEntity, p } from '@mikro-orm/core';
import type { ProcessorAccountId } from '../../domain/ids.ts';

/** What kind of aggregate, and so of workflow, owns a processor's object. */
export type OwnerKind = 'sale' | 'top_up';

const ProviderObjectSchema = defineEntity({
  name: 'ProviderObject',
  tableName: 'provider_object',
  indexes: [{ name: 'provider_object_owner_index', properties: ['ownerId'] }],
  properties: {
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin').primary(),
    objectId: p.string().length(120).collation('ascii_bin').primary(),
    ownerKind: p.string().$type<OwnerKind>().length(16).collation('ascii_bin'),
    ownerId: p.string().length(30).collation('ascii_bin'),
  },
});
/** Whose a processor's object is: the routing table of webhooks (decisions D44). */
export class ProviderObject extends ProviderObjectSchema.class {}
ProviderObjectSchema.setClass(ProviderObject);
