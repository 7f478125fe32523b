import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTVerifyGetKey } from 'jose';

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

/** An issuer with a key of its own, or one that claims to be another (`as`). */
export async function makeIssuer(as = 'https://club.example'): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }] });
  return {
    settings: { keys, issuer: as, audience: 'tillflow' },
    token: (claims) =>
      new SignJWT({ iss: as, aud: 'tillflow', sub: 'somebody', exp: secondsFromNow(300), ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'one' })
        .sign(privateKey),
  };
}

/** A time as tokens have it. */
export function secondsFromNow(seconds: number): number {
  return Number((Date.now() / 1_000).toFixed(0)) + seconds;
}
