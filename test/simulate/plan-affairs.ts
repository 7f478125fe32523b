import type { Random } from '../faults/harness/random.ts';

/** What a club does, or what is done to it, while its month is settled. Amounts are AUD cents; clubs by their place in the plan. */
export type AffairStep =
  /** Signed: plus is to the club. */
  | { readonly do: 'adjust'; readonly club: number; readonly amountMinor: number }
  /** Takes `debtMinor` away, and gives up as much of it as is owed, at most `amountMinor`. */
  | { readonly do: 'write_off'; readonly club: number; readonly debtMinor: number; readonly amountMinor: number }
  /** Paid outside of every run. */
  | { readonly do: 'paid_by_hand'; readonly club: number; readonly amountMinor: number }
  | { readonly do: 'to_club'; readonly club: number; readonly to: number; readonly amountMinor: number }
  | {
      readonly do: 'to_member';
      readonly club: number;
      readonly amountMinor: number;
      readonly reason: 'transfer' | 'membership' | 'miscellaneous';
    }
  | { readonly do: 'top_up'; readonly club: number; readonly amountMinor: number; readonly isTakenBack: boolean }
  | { readonly do: 'give_back'; readonly club: number; readonly amountsMinor: readonly number[] }
  /** A member pays the club. */
  | { readonly do: 'earn'; readonly club: number; readonly amountMinor: number };

type Tell = (random: Random, club: number, clubs: number) => AffairStep;

const kinds: readonly Tell[] = [
  (random, club) => ({ do: 'adjust', club, amountMinor: random.pick([-1, 1]) * amount(random) }),
  (random, club) => {
    const debtMinor = amount(random);
    return { do: 'write_off', club, debtMinor, amountMinor: 1 + random.below(debtMinor) };
  },
  (random, club) => ({ do: 'paid_by_hand', club, amountMinor: amount(random) }),
  (random, club, clubs) => ({
    do: 'to_club',
    club,
    to: (club + 1 + random.below(clubs - 1)) % clubs,
    amountMinor: amount(random),
  }),
  (random, club) => ({
    do: 'to_member',
    club,
    amountMinor: amount(random),
    reason: random.pick(['transfer', 'membership', 'miscellaneous'] as const),
  }),
  (random, club) => ({ do: 'top_up', club, amountMinor: amount(random), isTakenBack: random.below(2) === 0 }),
  (random, club) => ({
    do: 'give_back',
    club,
    amountsMinor: Array.from({ length: 1 + random.below(3) }, () => amount(random)),
  }),
  (random, club) => ({ do: 'earn', club, amountMinor: amount(random) }),
];

/** How many kinds of affairs there are. */
export const affairCount = kinds.length;

/** Up to eight affairs of `clubs` clubs within the time that settling and paying takes. */
export function affairsOf(random: Random, clubs: number): { readonly afterMs: number; readonly step: AffairStep }[] {
  return Array.from({ length: 2 + random.below(7) }, () => ({
    afterMs: random.below(4_000),
    step: random.pick(kinds)(random, random.below(clubs), clubs),
  }));
}

function amount(random: Random): number {
  return 1 + random.below(random.pick([500, 5_000, 30_000]));
}
