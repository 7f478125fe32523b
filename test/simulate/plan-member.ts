import type { Random } from '../faults/harness/random.ts';

/** How a checkout ends, if one is offered; nothing of it fails the payment that needs none. */
export type CheckoutEnd = 'confirm' | 'decline_then_confirm' | 'cancel' | 'confirm_while_canceled' | 'abandon';

/** One thing that happens to a member's money. Amounts are AUD cents. What is not possible any more is answered so. */
export type MemberStep =
  /** `clicks` at once under one key. */
  | {
      readonly do: 'pay';
      readonly to: 'club' | 'friend';
      readonly amountMinor: number;
      readonly clicks: number;
      readonly end: CheckoutEnd;
    }
  | { readonly do: 'top_up'; readonly amountMinor: number; readonly end: CheckoutEnd }
  /** Only funds, which the host books `bookMinor` of, gives back, or forgets. */
  | {
      readonly do: 'fund';
      readonly amountMinor: number;
      readonly bookMinor: number;
      readonly then: 'book' | 'release' | 'forget';
      readonly end: CheckoutEnd;
    }
  | { readonly do: 'batch'; readonly amountsMinor: readonly number[] }
  /** How the bank answers for the saved card from now on. */
  | { readonly do: 'card_is'; readonly how: 'generic_decline' | 'insufficient_funds' | 'as_card' }
  /** The member wants all that is left of the newest card payment. */
  | { readonly do: 'ask_back'; readonly clicks: number }
  | { readonly do: 'give_back'; readonly amountMinor: number }
  | { readonly do: 'console_refund'; readonly amountMinor: number }
  | { readonly do: 'dispute'; readonly ends: 'won' | 'lost' | 'open' }
  | { readonly do: 'crash' }
  /** All at the same time. */
  | { readonly do: 'together'; readonly steps: readonly MemberStep[] };

/** One member's day. */
export interface MemberPlan {
  readonly no: number;
  /** In words, for the trace. */
  readonly story: string;
  readonly balanceMinor: number;
  /** One automatic top-up; null: no card is saved. */
  readonly autoMinor: number | null;
  readonly steps: readonly MemberStep[];
}

type Story = (random: Random) => readonly MemberStep[];

/** How often a story is told among all of them, its name, whether its member has a saved card, and what happens. */
type WeightedStory = readonly [weight: number, name: string, hasCard: boolean, tell: Story];

const stories: readonly WeightedStory[] = [
  [4, 'pays from the balance, or by a checkout', false, (random) => [pay(random), pay(random), pay(random)]],
  [4, 'pays with automatic top-ups', true, (random) => [pay(random), pay(random), pay(random)]],
  [3, 'pays twice at once', false, (random) => [together(pay(random), pay(random)), pay(random)]],
  [
    3,
    'pays often at once, with automatic top-ups',
    true,
    (random) => [together(pay(random), pay(random), batch(random))],
  ],
  [
    2,
    'has a card that is refused, and then works again',
    true,
    (random) => [
      { do: 'card_is', how: random.pick(['generic_decline', 'insufficient_funds'] as const) },
      pay(random),
      { do: 'card_is', how: 'as_card' },
      pay(random),
    ],
  ],
  [2, 'tops up by hand', false, (random) => [topUp(random), pay(random), topUp(random)]],
  [2, 'is in batches', false, (random) => [batch(random), together(batch(random), pay(random))]],
  [2, 'is in batches, with automatic top-ups', true, (random) => [batch(random), batch(random)]],
  [3, 'funds what a host books', false, (random) => [fund(random), together(fund(random), pay(random))]],
  [1, 'funds what a host books, with automatic top-ups', true, (random) => [fund(random), fund(random)]],
  [3, 'wants card money back', false, (random) => [paidTopUp(random), askBack(random), pay(random)]],
  [
    2,
    'is given money back by several at once',
    false,
    (random) => [
      paidTopUp(random),
      together(askBack(random), giveBack(random), consoleRefund(random)),
      giveBack(random),
    ],
  ],
  [
    2,
    'has a refund made at the processor',
    true,
    (random) => [pay(random), paidTopUp(random), consoleRefund(random), askBack(random)],
  ],
  [2, 'disputes', false, (random) => [paidTopUp(random), pay(random), dispute(random), pay(random)]],
  [
    1,
    'disputes and wants money back',
    false,
    (random) => [paidTopUp(random), together(dispute(random), giveBack(random))],
  ],
];

const crashes: readonly WeightedStory[] = [
  [6, 'pays as the worker is killed', false, (random) => [together(pay(random), { do: 'crash' }), pay(random)]],
  [
    6,
    'is topped up, or given money back, as the worker is killed',
    true,
    (random) => [together(pay(random), { do: 'crash' }), paidTopUp(random), together(askBack(random), { do: 'crash' })],
  ],
];

/** How many stories there are. */
export const memberStoryCount = stories.length + crashes.length;

/** What happens to member number `no`; the worker dies only where the whole plan is a `crashing` one. */
export function planMember(random: Random, no: number, crashing: boolean): MemberPlan {
  const among = crashing ? [...stories, ...crashes] : stories;
  const total = among.reduce((sum, [weight]) => sum + weight, 0);
  let left = random.below(total);
  const found = among.find(([weight]) => (left -= weight) < 0);
  if (found === undefined) throw new Error('Weights that do not add up.');
  const [, story, hasCard, tell] = found;
  const balanceMinor = random.pick([0, 1_000, 2_000, 5_000, 10_000, 30_000]);
  const autoMinor = hasCard ? 5_000 * (1 + random.below(4)) : null;
  return { no, story, balanceMinor, autoMinor, steps: tell(random) };
}

const ends: readonly CheckoutEnd[] = [
  ...(['confirm', 'confirm', 'confirm', 'decline_then_confirm'] as const),
  ...(['cancel', 'confirm_while_canceled', 'abandon'] as const),
];

function amount(random: Random): number {
  return 1 + random.below(random.pick([1_000, 5_000, 12_000]));
}

function pay(random: Random): MemberStep {
  const clicks = random.below(6) === 0 ? 2 + random.below(3) : 1;
  const to = random.pick(['club', 'club', 'friend'] as const);
  return { do: 'pay', to, amountMinor: amount(random), clicks, end: random.pick(ends) };
}

function topUp(random: Random): MemberStep {
  return { do: 'top_up', amountMinor: 5_000 + random.below(20_000), end: random.pick(ends) };
}

function paidTopUp(random: Random): MemberStep {
  return { do: 'top_up', amountMinor: 5_000 + random.below(20_000), end: 'confirm' };
}

function fund(random: Random): MemberStep {
  const amountMinor = 2 + amount(random);
  const then = random.pick(['book', 'book', 'release', 'forget'] as const);
  return { do: 'fund', amountMinor, bookMinor: 1 + random.below(amountMinor), then, end: random.pick(ends) };
}

function batch(random: Random): MemberStep {
  return { do: 'batch', amountsMinor: Array.from({ length: 1 + random.below(5) }, () => amount(random)) };
}

function askBack(random: Random): MemberStep {
  return { do: 'ask_back', clicks: 1 + random.below(3) };
}

function giveBack(random: Random): MemberStep {
  return { do: 'give_back', amountMinor: amount(random) };
}

function consoleRefund(random: Random): MemberStep {
  return { do: 'console_refund', amountMinor: 1 + random.below(4_000) };
}

function dispute(random: Random): MemberStep {
  return { do: 'dispute', ends: random.pick(['won', 'lost', 'open'] as const) };
}

function together(...steps: readonly MemberStep[]): MemberStep {
  return { do: 'together', steps };
}
