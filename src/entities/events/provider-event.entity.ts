import { defineEntity, p } from '@mikro-orm/core';
import type { ProcessorAccountId, ProviderEventId } from '../../domain/ids.ts';
import type { OwnerKind } from './provider-object.entity.ts';
import type { Provider } from '../processor-account.entity.ts';

/**
 * `received` waits for dispatch, `signaled` woke its owner, `observed` told nothing new, `parked` has no owner yet,
 * `late` went to a late-event workflow, `ignored` is not ours (with the reason).
 */
export type ProviderEventState = 'received' | 'signaled' | 'observed' | 'parked' | 'late' | 'ignored';
/** Delivered by the processor, or read back by the sweep (decisions D49). */
export type ProviderEventSource = 'webhook' | 'sweep';

const ProviderEventSchema = defineEntity({
  name: 'ProviderEvent',
  tableName: 'provider_event',
  indexes: [
    { name: 'provider_event_due_index', properties: ['state', 'dueAt'] },
    { name: 'provider_event_object_index', properties: ['objectId'] },
    { name: 'provider_event_owner_index', properties: ['ownerId'] },
  ],
  uniques: [{ name: 'provider_event_unique', properties: ['provider', 'processorAccountId', 'eventKey'] }],
  properties: {
    id: p.string().$type<ProviderEventId>().length(30).collation('ascii_bin').primary(),
    provider: p.string().$type<Provider>().length(16).collation('ascii_bin'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    /** Stripe's event id; for Paystack, a digest of event, object and status. */
    eventKey: p.string().length(120).collation('ascii_bin'),
    type: p.string().length(80).collation('ascii_bin'),
    objectId: p.string().length(120).collation('ascii_bin').nullable(),
    payload: p.text().columnType('mediumtext'),
    source: p.string().$type<ProviderEventSource>().length(8).collation('ascii_bin'),
    state: p.string().$type<ProviderEventState>().length(12).collation('ascii_bin'),
    reason: p.string().length(255).nullable(),
    ownerKind: p.string().$type<OwnerKind>().length(16).collation('ascii_bin').nullable(),
    ownerId: p.string().length(30).collation('ascii_bin').nullable(),
    attempts: p.integer().default(0),
    createdAt: p.datetime(6),
    receivedAt: p.datetime(6),
    dueAt: p.datetime(6).nullable(),
    settledAt: p.datetime(6).nullable(),
  },
});
/** The inbox: each processor event once, client secrets stripped (decisions D36). */
export class ProviderEvent extends ProviderEventSchema.class {}
ProviderEventSchema.setClass(ProviderEvent);
