import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId } from '../../domain/ids.ts';
import type { PayoutMethod } from '../../domain/settlement/payout.ts';

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
    /** What it is settled in; other currencies of its book have no float. */
    currency: p.string().length(3).collation('ascii_bin').default('AUD'),
    /** Who is told of its money; a person of its office. */
    email: p.string().length(254).nullable(),
    /** The one before it: also told when the place changes that money goes to (decisions D19). */
    previousEmail: p.string().length(254).nullable(),
    address: p.text().nullable(),
    /** What a settlement leaves on its account, in minor units; never a floor (decisions D3). */
    floatMinor: p.bigint('number').default(0).defaultRaw('0'),
    /** Settled without a tax invoice. */
    isInternal: p.boolean().default(false),
    payoutMethod: p.string().$type<PayoutMethod>().length(16).collation('ascii_bin').default('bank'),
    connectedAccountRef: p.string().length(120).collation('ascii_bin').nullable(),
    externalRef: p.string().length(120).nullable(),
    createdAt: p.datetime(6),
    closedAt: p.datetime(6).nullable(),
    version: p.integer().version(),
  },
});
/** Who owns sites, is credited by sales and paid by settlements. `zone` is an IANA name: its days and months go by it. */
export class Organisation extends OrganisationSchema.class {}
OrganisationSchema.setClass(Organisation);
