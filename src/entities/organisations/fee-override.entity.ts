import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId } from '../../domain/ids.ts';

const FeeOverrideSchema = defineEntity({
  name: 'FeeOverride',
  tableName: 'fee_override',
  properties: {
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').primary(),
    feeBp: p.integer(),
    actor: p.string().length(120).collation('ascii_bin'),
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
  },
});
/** The settlement fee of one organisation in place of the default; the audit has its history (cobalt.md 1.6). */
export class FeeOverride extends FeeOverrideSchema.class {}
FeeOverrideSchema.setClass(FeeOverride);
