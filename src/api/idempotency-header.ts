import { createHash } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';
import { tenantOf, type Principal } from '../domain/principal.ts';
import type { WriteRequest } from '../entities/idempotency.ts';
import type { Idempotency } from './route.ts';

/** What the key is for: the same key must come with the same method, path and body. */
export interface KeyedRequest {
  readonly method: string;
  readonly path: string;
  readonly json: unknown;
  readonly header: string | undefined;
}

/**
 * The caller's `Idempotency-Key` with a digest of the request, or null when none is needed. 1 to 255 visible ASCII
 * characters; `idempotency_key_missing` or `idempotency_key_malformed` otherwise.
 */
export function writeRequest(policy: Idempotency, principal: Principal, request: KeyedRequest): WriteRequest | null {
  if (policy === 'none') return null;
  if (request.header === undefined) {
    if (policy === 'optional') return null;
    throw new DomainError('idempotency_key_missing', 'Send an Idempotency-Key header with this request.');
  }
  if (!/^[\x21-\x7e]{1,255}$/.test(request.header)) {
    throw new DomainError('idempotency_key_malformed', 'Idempotency-Key has 1 to 255 visible ASCII characters.');
  }
  return { tenant: tenantOf(principal), key: request.header, hash: digest(request) };
}

function digest({ method, path, json }: KeyedRequest): string {
  return createHash('sha256')
    .update(`${method}\n${path}\n${canonicalJson(json)}`)
    .digest('hex');
}

/** JSON with sorted keys, so that blanks and the order of fields make no difference. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`;
}
