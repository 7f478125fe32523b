import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { openText, sealText } from '../../src/entities/sealed-text.ts';

const old = { name: 'k1', key: randomBytes(32) };
const fresh = { name: 'k2', key: randomBytes(32) };

describe('a sealed text', () => {
  it('opens with its key and for its purpose, and tells nothing of itself', () => {
    const sealed = sealText({ keys: [fresh] }, 'bnk_1', '062-000 12345678');
    expect(sealed).not.toContain('12345678');
    expect(openText({ keys: [fresh] }, 'bnk_1', sealed)).toBe('062-000 12345678');
  });

  it('opens after the keys were rotated, and new ones are sealed with the newest', () => {
    const sealed = sealText({ keys: [old] }, 'bnk_1', 'secret');
    expect(openText({ keys: [fresh, old] }, 'bnk_1', sealed)).toBe('secret');
    expect(sealText({ keys: [fresh, old] }, 'bnk_1', 'secret').split(':')[0]).toBe('k2');
  });

  it('does not open in another row, altered, or without its key', () => {
    const sealed = sealText({ keys: [old] }, 'bnk_1', 'secret');
    expect(() => openText({ keys: [old] }, 'bnk_2', sealed)).toThrow(/authenticate/);
    expect(() => openText({ keys: [old] }, 'bnk_1', `${sealed.slice(0, -4)}AAAA`)).toThrow(/authenticate/);
    expect(() => openText({ keys: [fresh] }, 'bnk_1', sealed)).toThrow(/key k1/);
  });

  it('is not made without a key: nothing is kept open instead', () => {
    expect(() => sealText({ keys: [] }, 'bnk_1', 'secret')).toThrow(/SEAL_KEYS/);
  });
});
