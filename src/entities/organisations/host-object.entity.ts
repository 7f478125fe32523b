import { defineEntity, p } from '@mikro-orm/core';

const HostObjectSchema = defineEntity({
  name: 'HostObject',
  tableName: 'host_object',
  properties: {
    kind: p.string().length(24).collation('ascii_bin').primary(),
    externalRef: p.string().length(120).primary(),
    name: p.string().length(200),
    /** The day it is held, where it is held. */
    heldOn: p.date().nullable(),
    /** What it belongs to, such as a congress, in words. */
    parent: p.string().length(200).nullable(),
    updatedAt: p.datetime(6),
  },
});
/** What a host calls a session, an event or another thing of its own, so that reports show names (decisions D15). */
export class HostObject extends HostObjectSchema.class {}
HostObjectSchema.setClass(HostObject);
