import { defineEntity, p } from '@mikro-orm/core';
import type { ApiKeyId, OrganisationId, SiteId } from '../domain/ids.ts';

const ApiKeySchema = defineEntity({
  name: 'ApiKey',
  tableName: 'api_key',
  properties: {
    id: p.string().$type<ApiKeyId>().length(30).collation('ascii_bin').primary(),
    name: p.string().length(120),
    /** SHA-256 of the secret, hex. The secret has 160 random bits, so a slow hash would add nothing. */
    secretHash: p.string().length(64).collation('ascii_bin').unique('api_key_secret_hash_unique'),
    /** Comma-separated role names. */
    roles: p.string().length(500),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    siteId: p.string().$type<SiteId>().length(30).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    expiresAt: p.datetime(6).nullable(),
    revokedAt: p.datetime(6).nullable(),
  },
});
/** A machine's key: what it may do (`roles`) and where (`organisationId`, `siteId`; neither: the platform's). */
export class ApiKey extends ApiKeySchema.class {
  isUsable(now: Date): boolean {
    return !this.revokedAt && (!this.expiresAt || this.expiresAt > now);
  }
}
ApiKeySchema.setClass(ApiKey);
