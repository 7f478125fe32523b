import { createHash } from 'node:crypto';
import type { FaultPreset } from '../../simulator/faults/presets.ts';
import type { ModeName } from '../../simulator/readers/device.ts';
import type { WebhookRuleWish } from '../../simulator/webhooks/rules.ts';
import { createRandom } from '../faults/harness/random.ts';
import { planMember, type MemberPlan } from './plan-member.ts';
import { planMonthEnd, type MonthEndPlan } from './plan-month-end.ts';
import { planSale } from './plan-sale.ts';
import { planCardWeather, planWeather } from './plan-weather.ts';

/** What one seed does: who sells what to whom, and what goes wrong. Nothing in it depends on the machine or the time. */
export interface Plan {
  readonly seed: number;
  readonly sites: readonly SitePlan[];
  /** Each till has a reader of its own and serves one sale after the other; the tills work at the same time. */
  readonly tills: readonly TillPlan[];
  readonly weather: Weather;
  /** Members pay and are paid at the same time, each by themselves. */
  readonly members: readonly MemberPlan[];
  /** What goes wrong where members' cards are charged. */
  readonly cardWeather: Weather;
  /** Clubs that are settled and paid meanwhile; not in every seed. */
  readonly monthEnd: MonthEndPlan | null;
}

export interface SitePlan {
  readonly captureMode: 'manual' | 'automatic';
}

export interface TillPlan {
  readonly site: number;
  readonly sales: readonly SalePlan[];
}

export interface SalePlan {
  readonly no: number;
  /** In words, for the trace. */
  readonly story: string;
  /** AUD cents. */
  readonly amountMinor: number;
  readonly captureMode: 'manual' | 'automatic' | 'as_the_site';
  readonly tipMode: 'none' | 'on_reader' | 'fixed';
  /** With `fixed`, AUD cents; else 0. */
  readonly tipMinor: number;
  readonly steps: readonly Step[];
}

/** One thing that happens around a sale. Nothing here fails the sale: what is not possible any more is answered so. */
export type Step =
  /** `clicks` at once under one key. */
  | { readonly do: 'sell'; readonly clicks: number }
  /** The same request again, as a till does that lost its answer. */
  | { readonly do: 'sell_again' }
  /** Another till of the site asks for the same reader. */
  | { readonly do: 'rival'; readonly amountMinor: number }
  /** A card for the payment on the reader, or for the next one. */
  | { readonly do: 'tap'; readonly card: string; readonly afterMs: number; readonly tipMinor: number | null }
  | { readonly do: 'reader'; readonly mode: ModeName; readonly afterMs: number; readonly authorized: boolean }
  | { readonly do: 'customer_cancels' }
  | { readonly do: 'await'; readonly states: readonly string[] }
  /** `share` of what is authorized, in hundredths; null: all of it, unnamed. */
  | { readonly do: 'capture'; readonly share: number | null; readonly clicks: number }
  | { readonly do: 'cancel'; readonly clicks: number }
  | { readonly do: 'retry' }
  | { readonly do: 'crash' }
  /** All at the same time, each after its own pause. */
  | { readonly do: 'race'; readonly runners: readonly { readonly afterMs: number; readonly step: Step }[] };

/** What goes wrong on the way to the processor and back, at no particular sale. */
export interface Weather {
  readonly webhooks: readonly WebhookRuleWish[];
  readonly faults: readonly FaultPlan[];
}

/** A fault rule (terminal.md 5.8); `chance` of each request that matches, at most `times`. */
export interface FaultPlan {
  readonly preset: FaultPreset;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly chance: number;
  readonly times: number;
  readonly seed: number;
}

const salesPerMember = 4;

/** The plan of a seed with `sales` sales, and a member for every fourth: the same arguments, the same plan, byte for byte. */
export function planOf(seed: number, sales: number): Plan {
  const random = createRandom(seed);
  const sites = Array.from({ length: 1 + random.below(2) }, () => ({
    captureMode: random.pick(['automatic', 'manual'] as const),
  }));
  const tills = Array.from({ length: Math.min(sales, 2 + random.below(3)) }, () => ({
    site: random.below(sites.length),
    sales: [] as SalePlan[],
  }));
  const crashing = random.below(3) === 0;
  for (let no = 1; no <= sales; no += 1) random.pick(tills).sales.push(planSale(random, no, crashing));
  const weather = planWeather(random);
  const members = Array.from({ length: Math.ceil(sales / salesPerMember) }, (_, index) =>
    planMember(random, index + 1, crashing),
  );
  const cardWeather = planCardWeather(random);
  return { seed, sites, tills, weather, members, cardWeather, monthEnd: planMonthEnd(random, crashing) };
}

/** Names a plan: SHA-256 of its bytes, in hex. */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(planBytes(plan)).digest('hex');
}

export function planBytes(plan: Plan): string {
  return JSON.stringify(plan);
}
