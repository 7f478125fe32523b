import type { WebhookRuleWish } from '../../simulator/webhooks/rules.ts';
import type { Random } from '../faults/harness/random.ts';
import type { FaultPlan, Weather } from './plan.ts';

type Chance = { readonly type: string; readonly probability: number; readonly seed: number };

/** What may happen to a webhook on its way. */
const webhookRules: readonly ((random: Random, chance: Chance) => WebhookRuleWish)[] = [
  (_random, chance) => ({ effect: 'drop', ...chance }),
  (random, chance) => ({ effect: 'duplicate', copies: 2 + random.below(9), spacingMs: random.below(40), ...chance }),
  (random, chance) => ({ effect: 'delay', ms: random.below(100), maxMs: 100 + random.below(900), ...chance }),
  (random, chance) => ({ effect: 'reverse', batch: 2 + random.below(3), ...chance }),
  (_random, chance) => ({ effect: 'older_snapshot_last', ...chance }),
  (_random, chance) => ({ effect: 'hold', ...chance }),
  (_random, chance) => ({ effect: 'twin', ...chance }),
  (_random, chance) => ({ effect: 'before_response', ...chance }),
  (_random, chance) => ({ effect: 'wrong_signature', ...chance }),
  (_random, chance) => ({ effect: 'stale_timestamp', ...chance }),
  (_random, chance) => ({ effect: 'altered_body', ...chance }),
  (_random, chance) => ({ effect: 'unknown_type', ...chance }),
];

const eventTypes = ['*', '*', '*', 'payment_intent.*', 'charge.*', 'terminal.reader.*'];

const calls = [
  { method: 'POST', path: '/v1/payment_intents' },
  { method: 'POST', path: '/v1/terminal/readers/:id/process_payment_intent' },
  { method: 'POST', path: '/v1/terminal/readers/:id/cancel_action' },
  { method: 'POST', path: '/v1/payment_intents/:id/capture' },
  { method: 'POST', path: '/v1/payment_intents/:id/cancel' },
  { method: 'GET', path: '/v1/payment_intents/:id' },
  { method: 'GET', path: '/v1/terminal/readers/:id' },
  { method: 'GET', path: '/v1/events' },
  { method: 'GET', path: '/v1/charges/:id' },
] as const;

const cardCalls = [
  { method: 'POST', path: '/v1/payment_intents' },
  { method: 'POST', path: '/v1/payment_intents/:id/cancel' },
  { method: 'GET', path: '/v1/payment_intents/:id' },
  { method: 'POST', path: '/v1/refunds' },
  { method: 'GET', path: '/v1/refunds' },
  { method: 'GET', path: '/v1/refunds/:id' },
  { method: 'GET', path: '/v1/disputes' },
  { method: 'GET', path: '/v1/balance' },
  { method: 'GET', path: '/v1/events' },
] as const;

const transferCalls = [
  { method: 'POST', path: '/v1/transfers' },
  { method: 'GET', path: '/v1/transfers' },
  { method: 'GET', path: '/v1/transfers/:id' },
] as const;

const bookCalls = [{ method: 'GET', path: '/v1/balance_transactions' }] as const;

const cardEventTypes = ['*', '*', 'payment_intent.*', 'charge.*', 'refund.*', 'charge.dispute.*'];

type Calls = readonly Pick<FaultPlan, 'method' | 'path'>[];

/** How an answer of the processor is lost, late, or refused for a while; each ends by itself. */
const silences = [
  'rate_limit',
  'lock_timeout',
  'server_error_before',
  'server_error_after',
  'bad_gateway_html',
  'reset_before',
  'execute_then_reset',
  'truncate',
] as const;

/** Up to four deviations of the webhooks and up to five kinds of faults; some seeds are fine days. */
export function planWeather(random: Random): Weather {
  return weatherOf(random, eventTypes, calls);
}

/** The same where members' cards are charged. */
export function planCardWeather(random: Random): Weather {
  return weatherOf(random, cardEventTypes, cardCalls);
}

/** Up to three kinds of faults where organisations are paid by transfer. */
export function planTransferFaults(random: Random): readonly FaultPlan[] {
  return Array.from({ length: random.below(4) }, () => fault(random, transferCalls));
}

/** Up to two kinds of faults where the processor's books are read. */
export function planReconcileFaults(random: Random): readonly FaultPlan[] {
  return Array.from({ length: random.below(3) }, () => fault(random, bookCalls));
}

function weatherOf(random: Random, types: readonly string[], among: Calls): Weather {
  const webhooks = Array.from({ length: random.below(5) }, () => {
    const probability = random.pick([0.1, 0.3, 0.6, 1]);
    const chance = { type: random.pick(types), probability, seed: random.below(2 ** 31) };
    return random.pick(webhookRules)(random, chance);
  });
  return { webhooks, faults: Array.from({ length: random.below(6) }, () => fault(random, among)) };
}

function fault(random: Random, among: Calls): FaultPlan {
  return {
    preset: random.pick(silences),
    ...random.pick(among),
    chance: random.pick([0.1, 0.3, 1]),
    times: 1 + random.below(4),
    seed: random.below(2 ** 31),
  };
}
