import { describe, expect, it } from '@jest/globals';
import { organisationAccount, type LedgerAccountRef } from '../../src/domain/ledger-account.ts';
import { add, money, subtract, type Money, type MinorUnits } from '../../src/domain/money.ts';

// The compiler is the test here: an `@ts-expect-error` without an error fails `tsc`.

describe('the compiler', () => {
  it('refuses to add two currencies', () => {
    const dollars = money(100, 'AUD');
    const euros = money(100, 'EUR');
    // @ts-expect-error Australian dollars and euros are not one amount.
    expect(() => add(dollars, euros)).toThrow();
    // @ts-expect-error Nor is their difference one.
    expect(() => subtract(dollars, euros)).toThrow();
  });

  it('refuses a bare number where minor units are meant', () => {
    // @ts-expect-error Only `money()` proves that a number is a safe integer.
    const unproven: MinorUnits = 12.5;
    // @ts-expect-error A currency that is not in the table.
    expect(money(1, 'XTS').currency).toBe('XTS');
    expect(unproven).toBe(12.5);
  });

  it('refuses one currency where another is meant', () => {
    // @ts-expect-error An account of euros is none of dollars.
    const account: LedgerAccountRef<'AUD'> = organisationAccount('org_1', 'EUR');
    // @ts-expect-error Nor is an amount.
    const amount: Money<'AUD'> = money(1, 'EUR');
    expect([account.currency, amount.currency]).toEqual(['EUR', 'EUR']);
  });
});
