import { z } from 'zod';
import { roles } from '../domain/roles.ts';
import { rolesOf } from '../entities/api-keys.ts';
import type { ApiKey } from '../entities/api-key.entity.ts';
import type { ProcessorAccount } from '../entities/processor-account.entity.ts';
import type { Reader } from '../entities/counter/reader.entity.ts';
import type { Page } from '../entities/scoped-reads.ts';
import type { Site } from '../entities/counter/site.entity.ts';
import { currency, id, time } from './schemas.ts';

/** How rows are shown: each schema documents what its view answers. */

export const siteSchema = z
  .object({
    id: id('site'),
    no: z.int(),
    organisation: id('organisation'),
    name: z.string(),
    slug: z.string(),
    currency,
    country: z.string(),
    zone: z.string(),
    processorAccount: id('processorAccount'),
    providerLocation: z.string().nullable(),
    collection: z.enum(['reader', 'sdk', 'online']),
    captureMode: z.enum(['manual', 'automatic']),
    receiptHeader: z.string().nullable(),
    externalRef: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Site' });

export function siteView(row: Site): z.input<typeof siteSchema> {
  const { id, no, name, slug, country, zone, collection, captureMode } = row;
  return {
    id,
    no,
    organisation: row.organisationId,
    name,
    slug,
    currency: row.currency,
    country,
    zone,
    processorAccount: row.processorAccountId,
    providerLocation: row.providerLocation ?? null,
    collection,
    captureMode,
    receiptHeader: row.receiptHeader ?? null,
    externalRef: row.externalRef ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export const readerSchema = z
  .object({
    id: id('reader'),
    organisation: id('organisation'),
    site: id('site'),
    providerRef: z.string().meta({ description: "The processor's own id of it", examples: ['tmr_…'] }),
    label: z.string(),
    deviceType: z.string().nullable(),
    serialNumber: z.string().nullable(),
    heldBy: z.string().nullable().meta({ description: 'The sale that holds the reader now' }),
    removedAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Reader' });

export function readerView(row: Reader): z.input<typeof readerSchema> {
  return {
    id: row.id,
    organisation: row.organisationId,
    site: row.siteId,
    providerRef: row.providerRef,
    label: row.label,
    deviceType: row.deviceType ?? null,
    serialNumber: row.serialNumber ?? null,
    heldBy: row.leaseKind === 'sale' ? (row.leaseOwner ?? null) : null,
    removedAt: row.removedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export const processorAccountSchema = z
  .object({
    id: id('processorAccount'),
    organisation: id('organisation').nullable(),
    provider: z.enum(['stripe', 'paystack']),
    mode: z.enum(['own_keys', 'destination', 'connected_direct', 'paystack']),
    externalRef: z.string(),
    livemode: z.boolean(),
    publishableKey: z.string().nullable(),
    country: z.string(),
    settlementCurrencies: z.array(currency),
    createdAt: time,
  })
  .meta({ id: 'ProcessorAccount' });

/** Without the names of its secrets: they are the operator's business, not the callers'. */
export function processorAccountView(row: ProcessorAccount): z.input<typeof processorAccountSchema> {
  const { id, provider, mode, externalRef, livemode, country } = row;
  return {
    id,
    organisation: row.organisationId ?? null,
    provider,
    mode,
    externalRef,
    livemode,
    publishableKey: row.publishableKey ?? null,
    country,
    settlementCurrencies: row.settlementCurrencies.split(','),
    createdAt: row.createdAt.toISOString(),
  };
}

export const apiKeySchema = z
  .object({
    id: id('apiKey'),
    name: z.string(),
    roles: z.array(z.enum(roles)),
    organisation: id('organisation').nullable(),
    site: id('site').nullable(),
    createdAt: time,
    expiresAt: time.nullable(),
    revokedAt: time.nullable(),
  })
  .meta({ id: 'ApiKey' });

export function apiKeyView(row: ApiKey): z.input<typeof apiKeySchema> {
  return {
    id: row.id,
    name: row.name,
    roles: [...rolesOf(row.roles)],
    organisation: row.organisationId ?? null,
    site: row.siteId ?? null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}

/** A page of rows as its answer. */
export function pageView<T>(
  page: Page<T>,
  view: (row: T) => unknown,
): { items: unknown[]; next_cursor: string | null } {
  return { items: page.rows.map(view), next_cursor: page.nextCursor };
}
