import { describe, expect, it } from '@jest/globals';
import { topUpAmount } from '../../src/domain/cards/auto-top-up.ts';
import { declineKind } from '../../src/domain/cards/card-decline.ts';

/** The rows of cobalt.md 2.2 in cents: A, P, B, the charge, and what is left after top-up and payment. */
const rows = [
  ['ATU-01', 5_000, 30_000, 2_500, 30_000, 2_500],
  ['ATU-02', 10_000, 6_000, 2_500, 10_000, 6_500],
  ['ATU-03', 10_000, 8_000, 7_999, 10_000, 9_999],
  ['ATU-04', 15_000, 15_000, 2_000, 15_000, 2_000],
  ['ATU-05', 15_000, 15_000, 1_999, 30_000, 16_999],
  ['ATU-06', 10_000, 6_000, 1_000, 10_000, 5_000],
  ['ATU-07', 10_000, 10_000, 1_000, 20_000, 11_000],
  ['ATU-08', 5_000, 3_000, 0, 5_000, 2_000],
  ['ATU-09', 5_000, 3_001, 0, 10_000, 6_999],
  ['ATU-10', 5_000, 30_000, 1_500, 35_000, 6_500],
  ['ATU-11', 10_000, 19_000, 1_000, 30_000, 12_000],
  ['ATU-12', 20_000, 25_000, 0, 40_000, 15_000],
  ['ATU-13', 5_000, 5_000, -1_000, 10_000, 4_000],
  ['ATU-14', 10_000, 5_000, -10_000, 20_000, 5_000],
  ['ATU-15', 10_000, 100_000, 41_555, 100_000, 41_555],
  ['ATU-16', 5_000, 4_756, 0, 10_000, 5_244],
  ['ATU-17', 5_000, 199_000, 1_000, 205_000, 7_000],
  ['ATU-18', 10_000, 2_000, 1_999, 10_000, 9_999],
  ['ATU-19', 5_000, 6_410, 2_500, 6_410, 2_500],
  ['ATU-20', 5_000, 3_001, 1, 5_000, 2_000],
] as const;

describe('what a card is charged with for a payment that lacks money', () => {
  for (const [id, autoMinor, needMinor, balanceMinor, amountMinor, leftMinor] of rows) {
    it(`[${id}] [C38] is ${amountMinor} cents for ${needMinor} from ${balanceMinor} in steps of ${autoMinor}`, () => {
      const decision = topUpAmount({ autoMinor, needMinor, balanceMinor, lowMinor: 2_000 });
      expect(decision.amountMinor).toBe(amountMinor);
      expect(balanceMinor + decision.amountMinor - needMinor).toBe(leftMinor);
    });
  }

  it('says which rule it went by', () => {
    const branches = [2_500, 1_000, 1_999].map(
      (balanceMinor) => topUpAmount({ autoMinor: 10_000, needMinor: 6_000, balanceMinor, lowMinor: 2_000 }).branch,
    );
    expect(branches).toEqual(['balance_not_low', 'candidate_enough', 'candidate_enough']);
    expect(topUpAmount({ autoMinor: 5_000, needMinor: 5_000, balanceMinor: 0, lowMinor: 2_000 }).branch).toBe('steps');
  });
});

describe('a decline', () => {
  it('ends automatic top-ups when the card will never do, and the third time the bank will not say why [W-12]', () => {
    for (const code of [
      'expired_card',
      'lost_card',
      'stolen_card',
      'pickup_card',
      'invalid_account',
      'generic_decline',
    ])
      expect([code, declineKind(code, 0)]).toEqual([code, 'permanent']);
    expect([0, 1, 2].map((refusals) => declineKind('do_not_honor', refusals))).toEqual([
      'transient',
      'transient',
      'permanent',
    ]);
  });

  it('that may pass only makes them wait, and one that wants its owner does neither', () => {
    for (const code of ['insufficient_funds', 'processing_error', 'try_again_later', 'issuer_not_available'])
      expect([code, declineKind(code, 5)]).toEqual([code, 'transient']);
    expect(declineKind('authentication_required', 0)).toBe('authentication');
  });
});
