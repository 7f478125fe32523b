import type { Random } from '../faults/harness/random.ts';
import type { SalePlan, Step } from './plan.ts';

const goodCards = ['4242424242424242', '5555555555554444', '378282246310005', '4000056655665556', '6200000000000005'];
const badCards = ['4000000000000002', '4000000000009995', '4000000000000069', '4000000000000119', '4000008260000075'];

type Story = (random: Random) => Pick<SalePlan, 'steps'> & { readonly captureMode?: SalePlan['captureMode'] };

/** How often a story is told among all of them, its name, and what happens in it. */
type WeightedStory = readonly [weight: number, name: string, tell: Story];

const stories: readonly WeightedStory[] = [
  [
    2,
    'a till that lost its answer asks again',
    (random) => ({
      steps: [sell(random), { do: 'sell_again' }, goodTap(random), { do: 'sell_again' }, ...taken(random)],
    }),
  ],
  [6, 'a card is shown', (random) => ({ steps: [tapBefore(random), sell(random), ...taken(random)] })],
  [
    5,
    'staff capture what was authorized',
    (random) => ({
      captureMode: 'manual',
      steps: [tapBefore(random), sell(random), untilIt('authorized'), capture(random)],
    }),
  ],
  [
    2,
    'staff capture as the card is shown',
    (random) => ({
      captureMode: 'manual',
      steps: [sell(random), race(random, [goodTap(random), capture(random)]), capture(random)],
    }),
  ],
  [
    1,
    'authorized, and nobody captures',
    (random) => ({ captureMode: 'manual', steps: [tapBefore(random), sell(random)] }),
  ],
  [
    3,
    'a declined card, then another one',
    (random) => ({
      steps: [
        tapBefore(random, badCards),
        sell(random),
        untilIt('declined'),
        tapBefore(random),
        { do: 'retry' },
        ...taken(random),
      ],
    }),
  ],
  [1, 'a declined card, and nobody tries again', (random) => ({ steps: [tapBefore(random, badCards), sell(random)] })],
  [
    2,
    'a declined card while the cashier gives up',
    (random) => ({
      steps: [sell(random), race(random, [tapNow(random, badCards), cancel(random)]), { do: 'retry' }, cancel(random)],
    }),
  ],
  [2, 'canceled before the tap', (random) => ({ steps: [sell(random), cancel(random)] })],
  [
    3,
    'the tap races the cancel',
    (random) => ({ steps: [sell(random), race(random, [goodTap(random), cancel(random)])] }),
  ],
  [
    2,
    'canceled although authorized',
    (random) => ({
      captureMode: 'manual',
      steps: [tapBefore(random), sell(random), untilIt('authorized'), cancel(random)],
    }),
  ],
  [
    2,
    'capture races the cancel',
    (random) => ({
      captureMode: 'manual',
      steps: [tapBefore(random), sell(random), untilIt('authorized'), race(random, [capture(random), cancel(random)])],
    }),
  ],
  [1, 'no card comes', (random) => ({ steps: [sell(random)] })],
  [
    1,
    'the customer cancels at the reader, then pays',
    (random) => ({
      steps: [
        sell(random),
        { do: 'customer_cancels' },
        untilIt('declined'),
        tapBefore(random),
        { do: 'retry' },
        ...taken(random),
      ],
    }),
  ],
  [
    3,
    'the reader is not well',
    (random) => ({
      steps: [illness(random), tapBefore(random), sell(random), wellAgain, { do: 'retry' }, ...taken(random)],
    }),
  ],
  [
    1,
    'the reader dies in the middle',
    (random) => ({
      steps: [
        reader('dies', random.below(60), random.below(2) === 0),
        sell(random),
        untilIt('posted'),
        wellAgain,
        cancel(random),
      ],
    }),
  ],
  [
    2,
    'a rival asks for the same reader',
    (random) => ({
      steps: [sell(random), { do: 'rival', amountMinor: amount(random) }, goodTap(random), ...taken(random)],
    }),
  ],
];

const crashes: readonly WeightedStory[] = [
  [
    1,
    'the worker is killed while a card is awaited',
    (random) => ({ steps: [sell(random), { do: 'crash' }, goodTap(random)] }),
  ],
  [
    1,
    'the worker is killed as the card is shown',
    (random) => ({ steps: [sell(random), race(random, [goodTap(random), { do: 'crash' }])] }),
  ],
];

/** What happens to sale number `no`; the worker dies only where the whole plan is a `crashing` one. */
export function planSale(random: Random, no: number, crashing: boolean): SalePlan {
  const [, story, tell] = weighted(random, crashing ? [...stories, ...crashes] : stories);
  const amountMinor = amount(random);
  const tipMode = random.pick(['none', 'none', 'none', 'on_reader', 'fixed'] as const);
  const tipMinor = tipMode === 'fixed' ? 1 + random.below(2_000) : 0;
  const captureModes = ['as_the_site', 'automatic', 'manual'] as const;
  const { steps, captureMode = random.pick(captureModes) } = tell(random);
  return { no, story, amountMinor, captureMode, tipMode, tipMinor, steps };
}

function weighted(random: Random, among: readonly WeightedStory[]): WeightedStory {
  const total = among.reduce((sum, [weight]) => sum + weight, 0);
  let left = random.below(total);
  const found = among.find(([weight]) => (left -= weight) < 0);
  if (found === undefined) throw new Error('Weights that do not add up.');
  return found;
}

/** AUD cents; some endings make the simulator decline the standard card (terminal.md 5.6), which is welcome. */
function amount(random: Random): number {
  return 100 + random.below(50_000);
}

function sell(random: Random): Step {
  return random.below(8) === 0 ? { do: 'sell', clicks: 2 + random.below(4) } : { do: 'sell', clicks: 1 };
}

function tapBefore(random: Random, cards: readonly string[] = goodCards): Step {
  return { do: 'tap', card: random.pick(cards), afterMs: random.below(60), tipMinor: tip(random) };
}

function tapNow(random: Random, cards: readonly string[]): Step {
  return { do: 'tap', card: random.pick(cards), afterMs: 0, tipMinor: tip(random) };
}

function goodTap(random: Random): Step {
  return tapNow(random, goodCards);
}

function tip(random: Random): number | null {
  return random.below(2) === 0 ? null : random.below(900);
}

function capture(random: Random): Step {
  const share = random.pick([null, null, 100, 80, 50, 3, 101]);
  return { do: 'capture', share, clicks: 1 + random.below(2) };
}

function cancel(random: Random): Step {
  return { do: 'cancel', clicks: 1 + random.below(2) };
}

function untilIt(...states: string[]): Step {
  return { do: 'await', states };
}

/** Somebody captures, unless the processor did by itself. */
function taken(random: Random): readonly Step[] {
  return [untilIt('posted', 'authorized'), capture(random)];
}

function race(random: Random, steps: readonly Step[]): Step {
  return { do: 'race', runners: steps.map((step) => ({ afterMs: random.below(25), step })) };
}

function reader(mode: Extract<Step, { do: 'reader' }>['mode'], afterMs = 0, authorized = false): Step {
  return { do: 'reader', mode, afterMs, authorized };
}

const wellAgain: Step = reader('manual');

function illness(random: Random): Step {
  return reader(
    random.pick(['offline', 'busy', 'timeout_received', 'timeout_lost', 'hardware_fault', 'never_answers'] as const),
  );
}
