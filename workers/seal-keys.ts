import { ConfigError, type Config } from '../src/config.ts';
import type { SealKeys } from '../src/entities/sealed-text.ts';

const keyBytes = 32;

/** The keys of `SEAL_KEYS`: names and where each is, the newest first. Throws `ConfigError` for one that is no key. */
export function sealKeysOf({ SEAL_KEYS, secret }: Pick<Config, 'SEAL_KEYS' | 'secret'>): SealKeys {
  return { keys: SEAL_KEYS.map(({ name, reference }) => ({ name, key: keyIn(name, secret(reference)) })) };
}

function keyIn(name: string, text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes) throw new ConfigError(`SEAL_KEYS: ${name} is not ${keyBytes} bytes in base64`);
  return key;
}
