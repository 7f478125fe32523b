import { isPerson, type ApiKeyId, type MemberId, type OrganisationId, type PersonId, type SiteId } from './ids.ts';
import type { Role } from './roles.ts';

/** What of the world a caller may see: the platform's (both null), an organisation's, a single site's, or a member's own. */
export interface Scope {
  readonly organisationId: OrganisationId | null;
  readonly siteId: SiteId | null;
  /** Set for members with their own token: only what is theirs (decisions D32). */
  readonly memberId?: MemberId;
}

/** Who acts: a machine with its key, or a person with a token (decisions D32). */
export interface Principal extends Scope {
  readonly keyId: ApiKeyId | PersonId;
  readonly name: string;
  readonly roles: ReadonlySet<Role>;
  /** For whom a host says that its key acts; believed as its word, and written down beside the key. */
  readonly asserted?: string;
}

/** Who in person acts, by a host's word or with their own token; null for a machine on its own. */
export function personOf({ keyId, name, asserted }: Principal): string | null {
  return asserted ?? (isPerson(keyId) ? name : null);
}

/** Who did something, as rows remember it. */
export interface Signature {
  readonly actor: string;
  readonly assertedActor: string | null;
}

/** How `principal` signs what it does. */
export function signatureOf({ keyId, asserted }: Principal): Signature {
  return { actor: keyId, assertedActor: asserted ?? null };
}

export type ScopeLevel = 'platform' | 'organisation' | 'site';

/** How far `scope` reaches. */
export function levelOf(scope: Scope): ScopeLevel {
  if (scope.siteId !== null) return 'site';
  return scope.organisationId === null ? 'platform' : 'organisation';
}

/** Whose idempotency keys these are: two tenants may use the same text (decisions D46). */
export function tenantOf(scope: Scope): string {
  return scope.memberId ?? scope.siteId ?? scope.organisationId ?? 'platform';
}

/** Whether `inner` reaches nowhere that `outer` does not. */
export function isWithin(inner: Scope, outer: Scope): boolean {
  if (outer.organisationId !== null && inner.organisationId !== outer.organisationId) return false;
  return outer.siteId === null || inner.siteId === outer.siteId;
}
