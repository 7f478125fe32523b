import type { Random } from './ports.ts';
import { createRandom } from './random.ts';

/** When a rule fires among the things it matches: the nth only, by chance, and at most so many times. */
export interface TriggerOptions {
  nth?: number | undefined;
  probability?: number | undefined;
  seed?: number | undefined;
  times?: number | undefined;
}

/** Counts what a rule has seen and decides, in order, whether it fires. */
export interface Trigger {
  readonly seen: number;
  readonly fired: number;
  /** False once the rule has fired as often as it may. */
  readonly live: boolean;
  /** Counts one match and says whether the rule fires for it. */
  pull(): boolean;
}

/** The same options and the same sequence of matches give the same decisions; without a seed the simulator's own randomness is used. */
export function createTrigger(options: TriggerOptions, random: Random): Trigger {
  const chance = options.seed === undefined ? random : createRandom(options.seed);
  let seen = 0;
  let fired = 0;
  const live = (): boolean => options.times === undefined || fired < options.times;
  const due = (): boolean =>
    (options.nth === undefined || options.nth === seen) &&
    (options.probability === undefined || chance.next() < options.probability);
  return {
    get seen() {
      return seen;
    },
    get fired() {
      return fired;
    },
    get live() {
      return live();
    },
    pull() {
      if (!live()) return false;
      seen += 1;
      if (!due()) return false;
      fired += 1;
      return true;
    },
  };
}

/**
 * A pattern over names parted by `separator`: `*` is anything within one part, `**` anything at all, `:name` one part.
 * `payment_intent.*` and `/v1/payment_intents/:id/capture` are typical; a lone `*` matches everything.
 */
export function globPattern(pattern: string, separator: '.' | '/'): RegExp {
  if (pattern === '*') return /^/;
  const part = separator === '/' ? '[^/]+' : '[^.]+';
  // An event type's last part may itself hold a dot (`charge.dispute.created`), so a final star takes the rest.
  const lastStar = separator === '.' ? '.+' : part;
  const source = pattern
    .split(/(\*\*|\*$|\*|:[a-z_]+)/)
    .map((piece, index, pieces) => {
      if (piece === '**') return '.*';
      if (piece === '*') return index >= pieces.length - 2 ? lastStar : part;
      return piece.startsWith(':') ? part : piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
