import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { TokenSettings } from '../src/api/access/person-tokens.ts';
import { ConfigError, type Config } from '../src/config.ts';

type TokenConfig = Pick<Config, 'JWT_JWKS_URL' | 'JWT_JWKS_FILE' | 'JWT_ISSUER' | 'JWT_AUDIENCE'>;

/** Whose tokens are believed; undefined where none are. Throws `ConfigError` for keys without an issuer. */
export function tokenSettingsOf(config: TokenConfig): TokenSettings | undefined {
  const keys = keysOf(config);
  if (keys === undefined) return undefined;
  if (config.JWT_ISSUER === undefined) throw new ConfigError('JWT_ISSUER: must be set where tokens are believed');
  return { keys, issuer: config.JWT_ISSUER, audience: config.JWT_AUDIENCE };
}

function keysOf({ JWT_JWKS_URL: url, JWT_JWKS_FILE: file }: TokenConfig): JWTVerifyGetKey | undefined {
  if (file !== undefined) return createLocalJWKSet(JSON.parse(readFileSync(file, 'utf8')) as JSONWebKeySet);
  return url === undefined ? undefined : createRemoteJWKSet(new URL(url));
}
