import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, ProcessorAccountId, SiteId } from '../domain/ids.ts';
import type { CaptureMode, CollectionMode } from '../domain/sale.ts';

const SiteSchema = defineEntity({
  name: 'Site',
  tableName: 'site',
  uniques: [
    { name: 'site_location_unique', properties: ['processorAccountId', 'providerLocation'] },
    { name: 'site_external_ref_unique', properties: ['organisationId', 'externalRef'] },
  ],
  properties: {
    id: p.string().$type<SiteId>().length(30).primary(),
    no: p.integer().unsigned().autoincrement().unique('site_no_unique'),
    organisationId: p.string().$type<OrganisationId>().length(30),
    name: p.string().length(120),
    slug: p.string().length(64).unique('site_slug_unique'),
    currency: p.string().length(3),
    country: p.string().length(2),
    zone: p.string().length(64),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30),
    /** The processor's location (`tml_…`); readers of another location are not this site's. */
    providerLocation: p.string().length(120).nullable(),
    collection: p.string().$type<CollectionMode>().length(8),
    captureMode: p.string().$type<CaptureMode>().length(12),
    receiptHeader: p.string().length(500).nullable(),
    externalRef: p.string().length(120).nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** A counter: where an organisation sells, in one currency, through one processor account (decisions D61). */
export class Site extends SiteSchema.class {}
SiteSchema.setClass(Site);
