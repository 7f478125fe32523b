import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';

const issuer = 'https://club.example';

/** The people of a finance office, who act with tokens of their own and not with a key. */
export interface FinanceOffice {
  /** What the API must be told so that it believes them. */
  readonly env: NodeJS.ProcessEnv;
  token(person: string): Promise<string>;
}

/** An issuer of tokens whose public key is a file in `folder`. */
export async function openFinanceOffice(folder: string): Promise<FinanceOffice> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'jwks.json');
  await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }] }));
  return { env: { JWT_JWKS_FILE: file, JWT_ISSUER: issuer }, token: (person) => tokenOf(privateKey, person) };
}

function tokenOf(key: CryptoKey, person: string): Promise<string> {
  return new SignJWT({ tillflow_roles: ['payments.global.edit'] })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(issuer)
    .setAudience('tillflow')
    .setSubject(person)
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(key);
}
