import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';

/** Keys that texts are sealed with, the newest first: the others still open what they sealed. */
export interface SealKeys {
  readonly keys: readonly { readonly name: string; readonly key: Buffer }[];
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals `text` so that a copy of the database tells it to nobody. `purpose` is bound to it: what was sealed for one row
 * does not open in another. Throws `temporarily_unavailable` where the deployment has no key.
 */
export function sealText({ keys }: SealKeys, purpose: string, text: string): string {
  const [newest] = keys;
  if (newest === undefined) throw new DomainError('temporarily_unavailable', 'This deployment has no SEAL_KEYS yet.');
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, newest.key, nonce).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return `${newest.name}:${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')}`;
}

/** What was sealed for the same purpose. Throws when its key is gone, or when it was altered or moved. */
export function openText({ keys }: SealKeys, purpose: string, sealed: string): string {
  const [name = '', base64 = ''] = sealed.split(':', 2);
  const found = keys.find((one) => one.name === name);
  if (found === undefined)
    throw new Error(`What was sealed with key ${name} cannot be opened: SEAL_KEYS has no such key.`);
  const bytes = Buffer.from(base64, 'base64');
  const [nonce, rest] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes)];
  const opener = createDecipheriv(algorithm, found.key, nonce, { authTagLength: tagBytes }).setAAD(
    Buffer.from(purpose),
  );
  opener.setAuthTag(rest.subarray(0, tagBytes));
  return Buffer.concat([opener.update(rest.subarray(tagBytes)), opener.final()]).toString('utf8');
}
