import { describe, expect, it } from '@jest/globals';
import { isAuthor, needsApproval } from '../../src/domain/reconciliation/correction.ts';
import { decimalText } from '../../src/domain/decimal-text.ts';

describe('a correction by hand', () => {
  it('waits for a second person above the limit, in either direction', () => {
    expect([100_000, 100_001, -100_000, -100_001].map((minor) => needsApproval(minor, 100_000))).toEqual([
      false,
      true,
      false,
      true,
    ]);
    expect(needsApproval(100_000_000, null)).toBe(false);
  });

  it('knows who asked for it, by their own token or through a host', () => {
    const person = { keyId: 'person:clerk', name: 'clerk' };
    expect(isAuthor({ actor: 'person:clerk' }, person)).toBe(true);
    expect(isAuthor({ actor: 'key_1', assertedActor: 'clerk' }, person)).toBe(true);
    expect(isAuthor({ actor: 'key_1', assertedActor: 'person:clerk' }, person)).toBe(true);
    expect(isAuthor({ actor: 'key_1', assertedActor: 'president' }, person)).toBe(false);
  });

  it('shows its fee with both places', () => {
    expect([0, 5, 250, 10_000].map((bp) => decimalText(bp, 2))).toEqual(['0.00', '0.05', '2.50', '100.00']);
  });
});
