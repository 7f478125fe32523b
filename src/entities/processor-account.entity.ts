import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, ProcessorAccountId } from '../domain/ids.ts';

export type Provider = 'stripe' | 'paystack';
/** Whose account it is and how money reaches the organisation (decisions D59, D71). */
export type ProcessorAccountMode = 'own_keys' | 'destination' | 'connected_direct' | 'paystack';

const ProcessorAccountSchema = defineEntity({
  name: 'ProcessorAccount',
  tableName: 'processor_account',
  uniques: [{ name: 'processor_account_external_unique', properties: ['provider', 'externalRef'] }],
  properties: {
    id: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin').primary(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    provider: p.string().$type<Provider>().length(16).collation('ascii_bin'),
    mode: p.string().$type<ProcessorAccountMode>().length(24).collation('ascii_bin'),
    externalRef: p.string().length(120).collation('ascii_bin'),
    platformAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin').nullable(),
    livemode: p.boolean(),
    publishableKey: p.string().length(255).collation('ascii_bin').nullable(),
    /** The name of an environment variable or a file (`file:…`), never the secret itself. */
    secretRef: p.string().length(255).collation('ascii_bin'),
    /** Comma-separated names, as `secretRef`; two while a webhook secret is rotated. */
    webhookSecretRefs: p.string().length(1000),
    apiVersion: p.string().length(40).collation('ascii_bin').nullable(),
    country: p.string().length(2).collation('ascii_bin'),
    /** Comma-separated ISO codes; a site in another currency is refused (decisions D1). */
    settlementCurrencies: p.string().length(120).collation('ascii_bin'),
    /** How far the event sweep has read (decisions D49). */
    eventsReadUntil: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** An account at a processor: the default one, an organisation's own, or a connected one. */
export class ProcessorAccount extends ProcessorAccountSchema.class {
  settlesIn(currency: string): boolean {
    return this.settlementCurrencies.split(',').includes(currency);
  }
}
ProcessorAccountSchema.setClass(ProcessorAccount);
