import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, ReaderId, SiteId } from '../../domain/ids.ts';

/** What a reader is busy with on our side (decisions D61, D75). */
export type ReaderLeaseKind = 'sale' | 'setup' | 'refund' | 'display' | 'admin';

const ReaderSchema = defineEntity({
  name: 'Reader',
  tableName: 'reader',
  indexes: [{ name: 'reader_organisation_index', properties: ['organisationId'] }],
  uniques: [{ name: 'reader_provider_ref_unique', properties: ['siteId', 'providerRef'] }],
  properties: {
    id: p.string().$type<ReaderId>().length(30).collation('ascii_bin').primary(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    siteId: p.string().$type<SiteId>().length(30).collation('ascii_bin'),
    providerRef: p.string().length(120).collation('ascii_bin'),
    label: p.string().length(120),
    deviceType: p.string().length(64).collation('ascii_bin').nullable(),
    serialNumber: p.string().length(64).collation('ascii_bin').nullable(),
    providerLocation: p.string().length(120).collation('ascii_bin').nullable(),
    /** A tombstone: old sales still name the reader. */
    removedAt: p.datetime(6).nullable(),
    leaseKind: p.string().$type<ReaderLeaseKind>().length(12).collation('ascii_bin').nullable(),
    /** The id of what holds the reader: a sale's, or an administrative call's. */
    leaseOwner: p.string().length(80).collation('ascii_bin').nullable(),
    /** Grows by one with each lease, so that a late effect of an older one can be told (decisions D47). */
    fence: p.integer().unsigned().default(0),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** A physical card reader at a site. */
export class Reader extends ReaderSchema.class {}
ReaderSchema.setClass(Reader);
