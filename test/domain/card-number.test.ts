import { describe, expect, it } from '@jest/globals';
import { containsCardNumber } from '../../src/domain/cards/card-number.ts';

describe('text that could hold a card number', () => {
  it('is found with blanks, with hyphens, and within other words', () => {
    const cards = ['4242424242424242', '4242 4242 4242 4242', 'pay 4242-4242-4242-4242 now', '378282246310005'];
    expect(cards.map(containsCardNumber)).toEqual([true, true, true, true]);
  });

  it('is not found in other numbers', () => {
    expect(['4242424242424241', '1234567890', 'Table 12, 2026-11-21'].map(containsCardNumber)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('is not found in a UUID whose digits happen to fit, but beside one it is', () => {
    const uuid = '1d556863-9099-4872-8331-a1379bf4e638';
    expect([containsCardNumber(uuid), containsCardNumber(`${uuid} 4242424242424242`)]).toEqual([false, true]);
  });
});
