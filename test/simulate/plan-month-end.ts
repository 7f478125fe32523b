import type { Random } from '../faults/harness/random.ts';
import { affairsOf, type AffairStep } from './plan-affairs.ts';
import type { FaultPlan } from './plan.ts';
import { planReconcileFaults, planTransferFaults } from './plan-weather.ts';

/** The end of a month in one seed: some clubs with a past are settled and paid, while they go on living. */
export interface MonthEndPlan {
  /** In words, for the trace. */
  readonly story: string;
  readonly clubs: readonly ClubPlan[];
  /** What the finance office does, one after the other. */
  readonly office: readonly OfficeStep[];
  /** What happens to the clubs meanwhile, each after its own pause. */
  readonly affairs: readonly { readonly afterMs: number; readonly step: AffairStep }[];
  /** Whether the processor's books are compared with ours when all is over. */
  readonly isReconciled: boolean;
  /** What goes wrong where transfers are made, and where the processor's books are read. */
  readonly weather: { readonly transfers: readonly FaultPlan[]; readonly books: readonly FaultPlan[] };
}

/** A club and its past, in AUD cents. */
export interface ClubPlan {
  /** Before the month. */
  readonly openingMinor: number;
  /** Within the month. */
  readonly creditsMinor: number;
  readonly refundsMinor: number;
  readonly floatMinor: number;
  /** Hundredths of a percent; null: the deployment's own. */
  readonly feeBp: number | null;
  readonly paidBy: 'bank' | 'transfer';
}

/** What a bank says of a club's payout, or nothing. */
export type BankWord = 'paid' | 'returned' | 'silent';
export type Repair = 'retry' | 'reversal' | 'both' | 'none';

/** Clubs are named by their place in the plan. What is not possible any more is answered so. */
export type OfficeStep =
  /** `runs` at the same time, each asked for `clicks` times at once under a key of its own. */
  | { readonly do: 'start'; readonly runs: number; readonly clicks: number; readonly capsShort: boolean }
  | { readonly do: 'hold_back'; readonly club: number }
  /** `share` of what is above the float, in hundredths. */
  | { readonly do: 'override'; readonly club: number; readonly share: number }
  | { readonly do: 'new_bank'; readonly club: number }
  | { readonly do: 'reject' }
  | { readonly do: 'approve'; readonly clicks: number }
  | { readonly do: 'file'; readonly format: 'aba' | 'csv'; readonly clicks: number }
  | {
      readonly do: 'bank';
      readonly by: 'list' | 'call' | 'both' | 'statement';
      readonly words: readonly BankWord[];
    }
  | { readonly do: 'repair'; readonly acts: readonly Repair[] }
  /** Somebody takes a transfer back in the processor's console. */
  | { readonly do: 'take_back'; readonly club: number }
  | { readonly do: 'reconcile' }
  | { readonly do: 'crash' }
  /** All at the same time. */
  | { readonly do: 'together'; readonly steps: readonly OfficeStep[] };

type Told = readonly OfficeStep[];

/** How often a story is told among all of them, its name, and what happens before the plan is approved. */
type WeightedStory = readonly [weight: number, name: string, tell: (random: Random, clubs: number) => Told];

const stories: readonly WeightedStory[] = [
  [4, 'is settled', (random) => [start(random)]],
  [2, 'is settled twice at once', (random) => [start(random, 2)]],
  [2, 'is settled again', (random) => [start(random), approve(random), start(random)]],
  [
    2,
    'is settled without one, and then with',
    (random, clubs) => [
      start(random),
      { do: 'hold_back', club: random.below(clubs) },
      approve(random),
      start(random, 1 + random.below(2)),
    ],
  ],
  [
    2,
    'is settled by other amounts',
    (random, clubs) => [
      start(random),
      together(
        { do: 'override', club: random.below(clubs), share: random.below(101) },
        { do: 'override', club: random.below(clubs), share: random.below(101) },
      ),
    ],
  ],
  [2, 'is rejected and settled again', (random) => [start(random), { do: 'reject' }, start(random)]],
  [1, 'is rejected while it is approved', (random) => [start(random), together({ do: 'reject' }, approve(random))]],
  [1, 'is settled while a club changes its bank', (random, clubs) => [start(random), newBank(random, clubs)]],
];

const crashes: readonly WeightedStory[] = [
  [6, 'is planned as the worker is killed', (random) => [together(start(random), { do: 'crash' })]],
  [
    6,
    'is posted as the worker is killed',
    (random) => [start(random), together(approve(random), { do: 'crash' }), start(random)],
  ],
];

/** How many stories there are. */
export const monthEndStoryCount = stories.length + crashes.length;

/** What happens at the end of the month, if this seed has one; the worker dies only where the whole plan is a `crashing` one. */
export function planMonthEnd(random: Random, crashing: boolean): MonthEndPlan | null {
  if (random.below(3) === 0) return null;
  const clubs = Array.from({ length: 2 + random.below(3) }, () => planClub(random));
  const among = crashing ? [...stories, ...crashes] : stories;
  let left = random.below(among.reduce((sum, [weight]) => sum + weight, 0));
  const found = among.find(([weight]) => (left -= weight) < 0);
  if (found === undefined) throw new Error('Weights that do not add up.');
  const [, story, tell] = found;
  return {
    ...{ story, clubs },
    office: [...tell(random, clubs.length), approve(random), ...payments(random, clubs, crashing)],
    affairs: affairsOf(random, clubs.length),
    isReconciled: random.below(2) === 0,
    weather: { transfers: planTransferFaults(random), books: planReconcileFaults(random) },
  };
}

function planClub(random: Random): ClubPlan {
  const isPoor = random.below(6) === 0;
  const some = (most: number): number => (isPoor ? 0 : 1 + random.below(most));
  const openingMinor = random.below(3) === 0 ? 0 : some(50_000);
  const creditsMinor = some(200_000);
  return {
    ...{ openingMinor, creditsMinor, refundsMinor: Math.floor(creditsMinor * random.pick([0, 0.1, 0.3])) },
    floatMinor: random.pick([0, 0, 1_000, 25_000]),
    feeBp: random.pick([null, null, 0, 250, 1_234, 9_999]),
    paidBy: random.pick(['bank', 'bank', 'bank', 'transfer'] as const),
  };
}

/** What is filed, told by the bank and repaired, twice: what came back is paid again. */
function payments(random: Random, plans: readonly ClubPlan[], crashing: boolean): Told {
  const clubs = plans.length;
  const bank = () => ({
    do: 'bank' as const,
    by: random.pick(['list', 'list', 'call', 'both', 'statement'] as const),
    words: Array.from({ length: clubs }, () =>
      random.pick(['paid', 'paid', 'returned', 'returned', 'silent'] as const),
    ),
  });
  const repair = (): OfficeStep => ({
    do: 'repair',
    acts: Array.from({ length: clubs }, () => random.pick(['retry', 'retry', 'reversal', 'both', 'none'] as const)),
  });
  const transferred = plans.findIndex(({ paidBy }) => paidBy === 'transfer');
  const isTakenBack = random.below(2) === 0 && transferred >= 0;
  const takeBack: Told = isTakenBack ? [{ do: 'take_back', club: transferred }] : [];
  const reconcile: Told = random.below(3) === 0 ? [{ do: 'reconcile' }] : [];
  return [
    ...[file(random), withCrash(random, crashing, bank()), ...takeBack, ...reconcile],
    ...(random.below(2) === 0 ? [newBank(random, clubs)] : []),
    ...[withCrash(random, crashing, repair()), file(random), bank()],
    // What was given up may be settled again.
    ...(random.below(2) === 0 ? [start(random), approve(random), file(random), bank()] : []),
    ...(random.below(2) === 0 ? [{ ...bank(), by: 'statement' } as const] : []),
  ];
}

function withCrash(random: Random, crashing: boolean, step: OfficeStep): OfficeStep {
  return crashing && random.below(3) === 0 ? together(step, { do: 'crash' }) : step;
}

function clicks(random: Random): number {
  return random.below(4) === 0 ? 2 + random.below(2) : 1;
}

function start(random: Random, runs = 1): OfficeStep {
  return { do: 'start', runs, clicks: clicks(random), capsShort: random.below(2) === 0 };
}

function approve(random: Random): OfficeStep {
  return { do: 'approve', clicks: clicks(random) };
}

function file(random: Random): OfficeStep {
  return { do: 'file', format: random.pick(['aba', 'csv'] as const), clicks: clicks(random) };
}

function newBank(random: Random, clubs: number): OfficeStep {
  return { do: 'new_bank', club: random.below(clubs) };
}

function together(...steps: Told): OfficeStep {
  return { do: 'together', steps };
}
