import { defineEntity, p } from '@mikro-orm/core';
import type {
  ApiKeyId,
  LedgerTransactionId,
  OrganisationId,
  ProcessorAccountId,
  ReaderId,
  SaleId,
  SiteId,
} from '../../domain/ids.ts';
import type { AttemptOutcome, CaptureMode, CollectionMode, SaleState, TipMode } from '../../domain/counter/sale.ts';

const SaleSchema = defineEntity({
  name: 'Sale',
  tableName: 'sale',
  indexes: [
    { name: 'sale_organisation_index', properties: ['organisationId', 'id'] },
    { name: 'sale_site_index', properties: ['siteId', 'id'] },
    { name: 'sale_state_index', properties: ['state', 'updatedAt'] },
    { name: 'sale_payment_ref_index', properties: ['processorAccountId', 'paymentRef'] },
  ],
  properties: {
    id: p.string().$type<SaleId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('sale_no_unique'),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    siteId: p.string().$type<SiteId>().length(30).collation('ascii_bin'),
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin'),
    orderId: p.string().length(30).collation('ascii_bin').nullable(),
    cartId: p.string().length(30).collation('ascii_bin').nullable(),
    cartRevision: p.integer().nullable(),
    currency: p.string().length(3).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    tipMinor: p.bigint('number').defaultRaw('0'),
    authorizedMinor: p.bigint('number').defaultRaw('0'),
    capturedMinor: p.bigint('number').defaultRaw('0'),
    refundedMinor: p.bigint('number').defaultRaw('0'),
    description: p.string().length(255).nullable(),
    collection: p.string().$type<CollectionMode>().length(8).collation('ascii_bin'),
    readerId: p.string().$type<ReaderId>().length(30).collation('ascii_bin').nullable(),
    captureMode: p.string().$type<CaptureMode>().length(12).collation('ascii_bin'),
    tipMode: p.string().$type<TipMode>().length(12).collation('ascii_bin'),
    actor: p.string().length(120).collation('ascii_bin'),
    tillRef: p.string().length(64).nullable(),
    apiKeyId: p.string().$type<ApiKeyId>().length(30).collation('ascii_bin').nullable(),
    state: p.string().$type<SaleState>().length(16).collation('ascii_bin'),
    attempt: p.integer().default(0),
    /** How the last attempt at a reader ended; null while one is under way. */
    outcome: p.string().$type<AttemptOutcome>().length(32).collation('ascii_bin').nullable(),
    declineCode: p.string().length(64).collation('ascii_bin').nullable(),
    attentionReason: p.string().length(255).nullable(),
    openFor: p.string().length(80).collation('ascii_bin').nullable().unique('sale_open_for_unique'),
    paymentRef: p.string().length(120).collation('ascii_bin').nullable(),
    captureRequestedMinor: p.bigint('number').nullable(),
    brand: p.string().length(32).collation('ascii_bin').nullable(),
    last4: p.string().length(4).collation('ascii_bin').nullable(),
    /** JSON of the receipt fields that a card-present receipt must show. */
    cardReceipt: p.text().nullable(),
    captureBefore: p.datetime(6).nullable(),
    ledgerTransactionId: p.string().$type<LedgerTransactionId>().length(30).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** One sale at a counter, from intent to posted (decisions D60). Only its workflow changes it. */
export class Sale extends SaleSchema.class {}
SaleSchema.setClass(Sale);
