import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, ProcessorAccountId, SiteId } from '../../domain/ids.ts';
import type { CaptureMode, CollectionMode } from '../../domain/counter/sale.ts';

const SiteSchema = defineEntity({
  name: 'Site',
  tableName: 'site',
  uniques: [
    { name: 'site_location_unique', properties: ['processorAccountId', 'providerLocation'] },
    { name: 'site_external_ref_unique', properties: ['organisationId', 'externalRef'] },
  ],
  properties: {
    id: p.string().$type<SiteId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('site_no_unique'),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    name: p.string().length(120),
    slug: p.string().length(64).collation('ascii_bin').unique('site_slug_unique'),
    currency: p.string().length(3).collation('ascii_bin'),
    country: p.string().length(2).collation('ascii_bin'),
    zone: p.string().length(64).collation('ascii_bin'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    /** The processor's location (`tml_…`); readers of another location are not this site's. */
    providerLocation: p.string().length(120).collation('ascii_bin').nullable(),
    collection: p.string().$type<CollectionMode>().length(8).collation('ascii_bin'),
    captureMode: p.string().$type<CaptureMode>().length(12).collation('ascii_bin'),
    receiptHeader: p.string().length(500).nullable(),
    externalRef: p.string().length(120).nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** A counter: where an organisation sells, in one currency, through one processor account (decisions D61). */
export class Site extends SiteSchema.class {}
SiteSchema.setClass(Site);
