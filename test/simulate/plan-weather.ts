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
  const webhooks = Array.from({ length: random.below(5) }, () => {
    const probability = random.pick([0.1, 0.3, 0.6, 1]);
    const chance = { type: random.pick(eventTypes), probability, seed: random.below(2 ** 31) };
    return random.pick(webhookRules)(random, chance);
  });
  return { webhooks, faults: Array.from({ length: random.below(6) }, () => fault(random)) };
}

function fault(random: Random): FaultPlan {
  return {
    preset: random.pick(silences),
    ...random.pick(calls),
    chance: random.pick([0.1, 0.3, 1]),
    times: 1 + random.below(4),
    seed: random.below(2 ** 31),
  };
}
