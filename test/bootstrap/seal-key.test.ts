import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import { openText, sealText } from '../../src/entities/sealed-text.ts';
import { demoSealKey } from '../../workers/demo/seal-key.ts';
import { sealKeysOf } from '../../workers/seal-keys.ts';

const needed = { STRIPE_API_KEY: 'x', DATABASE_URL: 'mysql://x/x', REDIS_URL: 'redis://x', TEMPORAL_ADDRESS: 'x:1' };

describe('the key that npm start seals bank details with', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillflow-seal-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('is the same at the next start, so that what was sealed opens, and nobody else may read it', () => {
    const keys = () => sealKeysOf(loadConfig({ ...needed, ...demoSealKey(folder, {}) }));
    const sealed = sealText(keys(), 'bnk_1', '062-000 12345678');
    expect(openText(keys(), 'bnk_1', sealed)).toBe('062-000 12345678');
    expect(statSync(join(folder, 'seal.key')).mode & 0o777).toBe(0o600);
  });

  it('is another one for each checkout, and none where somebody has set keys', () => {
    const here = demoSealKey(join(folder, 'here'), {});
    expect(here['DEMO_SEAL_KEY']).not.toBe(demoSealKey(join(folder, 'there'), {})['DEMO_SEAL_KEY']);
    expect(demoSealKey(join(folder, 'ours'), { SEAL_KEYS: 'ours:OUR_KEY' })).toEqual({});
  });
});
