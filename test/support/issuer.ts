import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';

/** What a token says beside its defaults. */
export interface TokenClaims {
  readonly sub?: string;
  readonly iss?: string;
  readonly aud?: string;
  /** Seconds since 1970. */
  readonly exp?: number;
  readonly tillflow_member?: unknown;
  readonly tillflow_roles?: unknown;
  readonly tillflow_organisation?: unknown;
}

/** A host's own server, which issues tokens to its people. */
export interface Issuer {
  readonly settings: { readonly keys: JWTVerifyGetKey; readonly issuer: string; readonly audience: string };
  token(claims: TokenClaims): Promise<string>;
}

/** One whose keys a whole system reads from a file. */
export interface FiledIssuer extends Issuer {
  /** What makes a process believe it. */
  readonly env: Readonly<Record<'JWT_JWKS_FILE' | 'JWT_ISSUER', string>>;
  close(): Promise<void>;
}

/** An issuer with a key of its own, or one that claims to be another (`as`). */
export async function makeIssuer(as?: string): Promise<Issuer> {
  return (await issuerWithKeys(as)).issuer;
}

/** The same, with its keys in a file for `openCounter`. */
export async function makeFiledIssuer(): Promise<FiledIssuer> {
  const { issuer, jwks } = await issuerWithKeys();
  const folder = await mkdtemp(join(tmpdir(), 'tillflow-jwks-'));
  const file = join(folder, 'jwks.json');
  await writeFile(file, JSON.stringify(jwks));
  const env = { JWT_JWKS_FILE: file, JWT_ISSUER: issuer.settings.issuer };
  return { ...issuer, env, close: () => rm(folder, { recursive: true }) };
}

async function issuerWithKeys(as = 'https://club.example'): Promise<{ issuer: Issuer; jwks: JSONWebKeySet }> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }] };
  const issuer: Issuer = {
    settings: { keys: createLocalJWKSet(jwks), issuer: as, audience: 'tillflow' },
    token: (claims) =>
      new SignJWT({ iss: as, aud: 'tillflow', sub: 'somebody', exp: secondsFromNow(300), ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(privateKey),
  };
  return { issuer, jwks };
}

/** A time as tokens have it. */
export function secondsFromNow(seconds: number): number {
  return Number((Date.now() / 1_000).toFixed(0)) + seconds;
}
