import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId } from '../domain/ids.ts';

const AuditEventSchema = defineEntity({
  name: 'AuditEvent',
  tableName: 'audit_event',
  indexes: [
    { name: 'audit_event_target_index', properties: ['target'] },
    { name: 'audit_event_actor_index', properties: ['actor', 'no'] },
    { name: 'audit_event_asserted_index', properties: ['assertedActor', 'no'] },
    { name: 'audit_event_action_index', properties: ['action', 'no'] },
    { name: 'audit_event_time_index', properties: ['occurredAt'] },
    { name: 'audit_event_organisation_index', properties: ['organisationId', 'no'] },
  ],
  properties: {
    no: p.bigint('number').unsigned().primary().autoincrement(),
    occurredAt: p.datetime(6),
    actor: p.string().length(120).collation('ascii_bin'),
    /** For whom the actor said to act. */
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    action: p.string().length(64).collation('ascii_bin'),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    target: p.string().length(120).collation('ascii_bin'),
    beforeValues: p.text().nullable(),
    afterValues: p.text().nullable(),
    reason: p.string().length(500).nullable(),
  },
});
/** Who did what to what, before, after and why; written in the transaction of the act. */
export class AuditEvent extends AuditEventSchema.class {}
AuditEventSchema.setClass(AuditEvent);
