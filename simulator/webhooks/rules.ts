import { z } from 'zod';
import { createTrigger, globPattern, type Trigger } from '../matching.ts';
import type { Random, StripeEvent } from '../ports.ts';

const whole = z.number().int();
const match = {
  /** Event type or pattern: `payment_intent.succeeded`, `payment_intent.*`, `*`. */
  type: z.string().min(1).default('*'),
  /** Id of the object that the event is about. */
  object: z.string().optional(),
  account: z.string().optional(),
  nth: whole.positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: whole.optional(),
  times: whole.positive().optional(),
};

/** A webhook rule as the control plane accepts it (terminal.md 5.7). */
export const webhookRuleInput = z.discriminatedUnion('effect', [
  /** Waits `ms`, or something between `ms` and `maxMs`, of simulated time. */
  z.strictObject({ ...match, effect: z.literal('delay'), ms: whole.nonnegative(), maxMs: whole.optional() }),
  /** `copies` deliveries in all: at once, or `spacingMs` apart. */
  z.strictObject({
    ...match,
    effect: z.literal('duplicate'),
    copies: whole.min(2).max(1000),
    spacingMs: whole.nonnegative().default(0),
  }),
  /** Kept back until released, in the order generated or reversed. */
  z.strictObject({ ...match, effect: z.literal('hold') }),
  /** Kept back until `batch` are together, then sent last first, each after the answer to the one before. */
  z.strictObject({ ...match, effect: z.literal('reverse'), batch: whole.min(2).default(2) }),
  /** Lost: for ever, or until replayed. A manual resend by event id works in both cases. */
  z.strictObject({ ...match, effect: z.literal('drop'), until: z.enum(['never', 'replay']).default('never') }),
  /** Delivered before the API request that caused it is answered. */
  z.strictObject({ ...match, effect: z.literal('before_response') }),
  z.strictObject({ ...match, effect: z.literal('wrong_signature') }),
  z.strictObject({ ...match, effect: z.literal('stale_timestamp'), seconds: whole.positive().default(301) }),
  z.strictObject({ ...match, effect: z.literal('future_timestamp'), seconds: whole.positive().default(3600) }),
  z.strictObject({ ...match, effect: z.literal('altered_body') }),
  /** Followed by an event of a type that nobody has heard of, about the same object. */
  z.strictObject({ ...match, effect: z.literal('unknown_type'), newType: z.string().default('simulator.unheard_of') }),
  /** Followed by a second event, with another id, for the same fact. */
  z.strictObject({ ...match, effect: z.literal('twin') }),
  /** Kept back until a later event about the same object has been delivered: the older snapshot arrives last. */
  z.strictObject({ ...match, effect: z.literal('older_snapshot_last') }),
]);

export type WebhookRuleInput = z.infer<typeof webhookRuleInput>;
/** What a caller may say; the rest has defaults. */
export type WebhookRuleWish = z.input<typeof webhookRuleInput>;

/** How a delivery's signature deviates from an honest one. */
export type SignatureKind = 'valid' | 'wrong' | 'stale' | 'future' | 'altered';

/** What the rules have decided about one event. */
export interface DeliveryPlan {
  delayMs: number;
  copies: number;
  spacingMs: number;
  signature: SignatureKind;
  /** Added to the timestamp that is signed. */
  shiftSeconds: number;
  beforeResponse: boolean;
  fate: Fate;
  extraEvents: ('twin' | { type: string })[];
}

export type Fate =
  | { kind: 'send' | 'drop' | 'lose' | 'hold' }
  | { kind: 'reverse'; ruleId: string; batch: number }
  | { kind: 'after-newer' };

/** What happens to an event that no rule matches. */
export const honestDelivery: DeliveryPlan = {
  delayMs: 0,
  copies: 1,
  spacingMs: 0,
  signature: 'valid',
  shiftSeconds: 0,
  beforeResponse: false,
  fate: { kind: 'send' },
  extraEvents: [],
};

interface Rule {
  id: string;
  input: WebhookRuleInput;
  pattern: RegExp;
  trigger: Trigger;
}

/** The rules in force, tried in the order they were added; all that fire for an event shape its delivery. */
export interface WebhookRules {
  add(input: WebhookRuleInput): string;
  remove(id: string): boolean;
  clear(): void;
  list(): { id: string; seen: number; fired: number; rule: WebhookRuleInput }[];
  planFor(accountId: string, event: StripeEvent): DeliveryPlan;
}

export function createWebhookRules(random: Random): WebhookRules {
  let rules: Rule[] = [];
  let lastNumber = 0;
  return {
    add(input) {
      lastNumber += 1;
      const id = `whrule_${lastNumber}`;
      rules.push({ id, input, pattern: globPattern(input.type, '.'), trigger: createTrigger(input, random) });
      return id;
    },
    remove(id) {
      const before = rules.length;
      rules = rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    clear() {
      rules = [];
    },
    list: () => rules.map(({ id, input, trigger }) => ({ id, seen: trigger.seen, fired: trigger.fired, rule: input })),
    planFor(accountId, event) {
      if (rules.length === 0) return honestDelivery;
      const plan = { ...honestDelivery, extraEvents: [...honestDelivery.extraEvents] };
      for (const rule of rules) {
        if (matches(rule, accountId, event) && rule.trigger.pull()) shape(plan, rule, random);
      }
      return plan;
    },
  };
}

/** The id of the object that an event is about. */
export function objectIdOf(event: StripeEvent): string | null {
  const id = event.data.object['id'];
  return typeof id === 'string' ? id : null;
}

function matches({ input, pattern }: Rule, accountId: string, event: StripeEvent): boolean {
  return (
    pattern.test(event.type) &&
    (input.account === undefined || input.account === accountId) &&
    (input.object === undefined || input.object === objectIdOf(event))
  );
}

type Effect = WebhookRuleInput['effect'];
type InputOf<E extends Effect> = Extract<WebhookRuleInput, { effect: E }>;
interface Circumstances {
  ruleId: string;
  random: Random;
}

/** What each effect changes in a plan. */
const effects: { [E in Effect]: (input: InputOf<E>, circumstances: Circumstances) => Partial<DeliveryPlan> } = {
  delay: ({ ms, maxMs }, { random }) => ({ delayMs: maxMs === undefined ? ms : ms + random.next() * (maxMs - ms) }),
  duplicate: ({ copies, spacingMs }) => ({ copies, spacingMs }),
  hold: () => ({ fate: { kind: 'hold' } }),
  reverse: ({ batch }, { ruleId }) => ({ fate: { kind: 'reverse', ruleId, batch } }),
  drop: ({ until }) => ({ fate: { kind: until === 'never' ? 'drop' : 'lose' } }),
  before_response: () => ({ beforeResponse: true }),
  wrong_signature: () => ({ signature: 'wrong' }),
  stale_timestamp: ({ seconds }) => ({ signature: 'stale', shiftSeconds: -seconds }),
  future_timestamp: ({ seconds }) => ({ signature: 'future', shiftSeconds: seconds }),
  altered_body: () => ({ signature: 'altered' }),
  unknown_type: ({ newType }) => ({ extraEvents: [{ type: newType }] }),
  twin: () => ({ extraEvents: ['twin'] }),
  older_snapshot_last: () => ({ fate: { kind: 'after-newer' } }),
};

function shape(plan: DeliveryPlan, { id, input }: Rule, random: Random): void {
  // The table is total by its type; only the pairing of key and argument is beyond what the compiler follows.
  const effect = effects[input.effect] as (
    given: WebhookRuleInput,
    circumstances: Circumstances,
  ) => Partial<DeliveryPlan>;
  const { extraEvents = [], delayMs = 0, ...change } = effect(input, { ruleId: id, random });
  Object.assign(plan, change);
  plan.extraEvents.push(...extraEvents);
  plan.delayMs += delayMs;
}
