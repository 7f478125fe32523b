import { createHash, randomBytes } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { apiKeyId, organisationId, siteId, type ApiKeyId } from '../domain/ids.ts';
import type { Principal, Scope } from '../domain/principal.ts';
import { isRole, type Role } from '../domain/roles.ts';
import { ApiKey } from './api-key.entity.ts';
import { newId } from './new-id.ts';
import { optionalText, optionalTime, textOf, type SqlPool, type SqlRow } from './sql-pool.ts';

/** `tf_` and 160 random bits: too many to guess, so a plain digest is enough to keep. */
const secretPattern = /^tf_[0-9a-f]{40}$/;

/** Whether `text` could be one of our secrets, so that nonsense never reaches the database. */
export function isSecretShaped(text: string): boolean {
  return secretPattern.test(text);
}

/** What is stored of a secret, and what it is looked up by. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'ascii').digest('hex');
}

export interface NewApiKey {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scope: Scope;
  /** ISO 8601; null for a key that does not expire. */
  readonly expiresAt: string | null;
}

/** Makes a key. The secret is answered once and never stored; whoever loses it rotates the key. */
export function issueApiKey(
  em: SqlEntityManager,
  request: NewApiKey,
): { readonly key: ApiKey; readonly secret: string } {
  const secret = newSecret();
  const key = em.create(ApiKey, {
    id: apiKeyId(newId('apiKey')),
    name: request.name,
    secretHash: hashSecret(secret),
    roles: [...new Set(request.roles)].sort().join(','),
    organisationId: request.scope.organisationId,
    siteId: request.scope.siteId,
    createdAt: new Date(),
    expiresAt: request.expiresAt === null ? null : new Date(request.expiresAt),
    revokedAt: null,
  });
  em.persist(key);
  return { key, secret };
}

/** Gives a key a new secret; the old one stops at once, or as soon as each API process has forgotten it. */
export function rotateApiKey(key: ApiKey): { readonly secret: string } {
  const secret = newSecret();
  key.secretHash = hashSecret(secret);
  return { secret };
}

function newSecret(): string {
  return `tf_${randomBytes(20).toString('hex')}`;
}

/** A key's roles as a set; a name that is no role (any more) is none. */
export function rolesOf(text: string): ReadonlySet<Role> {
  return new Set(text.split(',').filter(isRole));
}

/** A key as authentication needs it. */
export interface KnownKey {
  readonly principal: Principal;
  /** Ms since 1970; from then on the key is worth nothing. */
  readonly expiresAtMs: number | null;
}

/** The key behind a secret's digest, or null when there is none or it was revoked. */
export async function findKeyByHash(pool: SqlPool, secretHash: string): Promise<KnownKey | null> {
  const rows = await pool.rows(
    'SELECT id, name, roles, organisation_id, site_id, expires_at FROM api_key WHERE secret_hash = ? AND revoked_at IS NULL',
    [secretHash],
  );
  const row = rows[0];
  return row === undefined ? null : knownKey(row);
}

function knownKey(row: SqlRow): KnownKey {
  const organisation = optionalText(row, 'organisation_id');
  const site = optionalText(row, 'site_id');
  const expiresAt = optionalTime(row, 'expires_at');
  const id: ApiKeyId = apiKeyId(textOf(row, 'id'));
  return {
    principal: {
      keyId: id,
      name: textOf(row, 'name'),
      roles: rolesOf(textOf(row, 'roles')),
      organisationId: organisation === null ? null : organisationId(organisation),
      siteId: site === null ? null : siteId(site),
    },
    expiresAtMs: expiresAt === null ? null : Date.parse(expiresAt),
  };
}
