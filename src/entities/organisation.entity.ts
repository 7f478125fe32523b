import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId } from '../domain/ids.ts';

/** `closed` organisations take no new sales; their book stays. */
export type OrganisationStatus = 'active' | 'closed';

const OrganisationSchema = defineEntity({
  name: 'Organisation',
  tableName: 'organisation',
  uniques: [{ name: 'organisation_external_ref_unique', properties: ['externalRef'] }],
  properties: {
    id: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('organisation_no_unique'),
    name: p.string().length(120),
    status: p.string().$type<OrganisationStatus>().length(16).collation('ascii_bin'),
    zone: p.string().length(64).collation('ascii_bin'),
    externalRef: p.string().length(120).nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** Who owns sites, is credited by sales and paid by settlements. `zone` is an IANA name: its days and months go by it. */
export class Organisation extends OrganisationSchema.class {}
OrganisationSchema.setClass(Organisation);
