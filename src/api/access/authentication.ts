import { DomainError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { findKeyByHash, hashSecret, isSecretShaped, type KnownKey } from '../../entities/api-keys.ts';
import type { PersonTokens } from './person-tokens.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';

/** How long a process may believe what it read about a key: a revoked one works for at most this long. */
export const keyMemoryMs = 3_000;
const rememberedKeys = 10_000;

interface Remembered {
  readonly key: Promise<KnownKey | null>;
  readonly untilMs: number;
}

/**
 * Tells who calls, from `Authorization: Bearer tf_…` or a person's token. Keys are remembered for `keyMemoryMs`, since every sale needs one;
 * callers that ask at the same time share one look-up.
 */
export class Authentication {
  readonly #pool: SqlPool;
  readonly #remembered = new Map<string, Remembered>();

  readonly #tokens: PersonTokens | null;

  /** Without `tokens` no person is let in. */
  constructor(pool: SqlPool, tokens: PersonTokens | null = null) {
    this.#pool = pool;
    this.#tokens = tokens;
  }

  /** The caller, or `unauthenticated`: no header, another scheme, an unknown, expired or revoked key are all the same. */
  async principal(authorization: string): Promise<Principal> {
    const secret = /^Bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    if (secret === undefined) throw unauthenticated();
    if (!isSecretShaped(secret)) return this.#person(secret);
    const known = await this.#lookUp(hashSecret(secret));
    if (known === null || (known.expiresAtMs !== null && known.expiresAtMs <= Date.now())) throw unauthenticated();
    return known.principal;
  }

  async #person(token: string): Promise<Principal> {
    const person = await this.#tokens?.principal(token);
    if (person === undefined || person === null) throw unauthenticated();
    return person;
  }

  async #lookUp(hash: string): Promise<KnownKey | null> {
    const now = Date.now();
    const remembered = this.#remembered.get(hash);
    if (remembered !== undefined && remembered.untilMs > now) return remembered.key;
    if (this.#remembered.size >= rememberedKeys) this.#remembered.clear();
    const key = findKeyByHash(this.#pool, hash);
    this.#remembered.set(hash, { key, untilMs: now + keyMemoryMs });
    try {
      return await key;
    } catch (error) {
      this.#remembered.delete(hash); // A failure to read is no knowledge about the key.
      throw error;
    }
  }
}

function unauthenticated(): DomainError {
  return new DomainError('unauthenticated', 'Send a valid key as "Authorization: Bearer tf_…", or a valid token.');
}
