import { z } from 'zod';
import { createTrigger, globPattern, type Trigger } from '../matching.ts';
import type { ApiRequest, ControlRoute, Fault, FaultEngine, Random } from '../ports.ts';
import { faultPresets, faultRuleInput, rateLimitFault, type FaultPreset, type FaultRuleInput } from './presets.ts';
import { createTokenBucket, type TokenBucket, type TokenBucketLimits } from './token-bucket.ts';

export interface FaultEngineParts {
  random: Random;
  /** Real milliseconds, for the rate limiter. */
  nowMs?: () => number;
}

export type FaultInjector = FaultEngine & {
  routes: ControlRoute[];
  /** No rules, no rate limit, counters at zero. */
  reset(): void;
};

interface Rule {
  id: string;
  input: FaultRuleInput;
  pattern: RegExp;
  trigger: Trigger;
}

const rateLimitInput = z.strictObject({
  /** 0 switches the limiter off. 25 is a sandbox. */
  perSecond: z.number().min(0).default(25),
  burst: z.number().positive().optional(),
});

/** Decides for each API request whether it goes wrong, and how (terminal.md 5.8). The first rule that fires wins. */
export function createFaultEngine({ random, nowMs = () => performance.now() }: FaultEngineParts): FaultInjector {
  let rules: Rule[] = [];
  let lastNumber = 0;
  let limiter: { limits: TokenBucketLimits; bucket: TokenBucket } | undefined;
  const injections: Record<string, number> = {};

  const count = (preset: FaultPreset | 'rate_limiter'): void => {
    injections[preset] = (injections[preset] ?? 0) + 1;
  };
  const removeRules = (gone: (rule: Rule) => boolean): boolean => {
    const before = rules.length;
    rules = rules.filter((rule) => !gone(rule));
    return rules.length < before;
  };
  const describe = ({ id, input, trigger }: Rule) => ({ id, seen: trigger.seen, injected: trigger.fired, rule: input });

  return {
    faultFor(request) {
      if (limiter && !limiter.bucket.take(request.accountId)) {
        count('rate_limiter');
        return rateLimitFault();
      }
      const rule = rules.find((candidate) => matches(candidate, request) && candidate.trigger.pull());
      if (!rule) return undefined;
      count(rule.input.preset);
      return faultOf(rule.input);
    },
    reset() {
      rules = [];
      limiter = undefined;
      for (const preset of Object.keys(injections)) Reflect.deleteProperty(injections, preset);
    },
    routes: faultRoutes({
      read: () => ({ rules: rules.map(describe), injections, rateLimit: limiter?.limits ?? null }),
      add(body) {
        const input = faultRuleInput.parse(body);
        lastNumber += 1;
        const id = `fault_${lastNumber}`;
        rules.push({ id, input, pattern: globPattern(input.path, '/'), trigger: createTrigger(input, random) });
        return { id };
      },
      remove: (id) => ({ deleted: removeRules((rule) => id === undefined || rule.id === id) }),
      limit(body) {
        const { perSecond, burst } = rateLimitInput.parse(body ?? {});
        const limits = { perSecond, burst: burst ?? Math.max(1, perSecond) };
        limiter = perSecond === 0 ? undefined : { limits, bucket: createTokenBucket(limits, nowMs) };
        return { rateLimit: limiter?.limits ?? null };
      },
    }),
  };
}

interface FaultControl {
  read(): unknown;
  add(body: unknown): unknown;
  /** Without an id, all. */
  remove(id?: string): unknown;
  limit(body: unknown): unknown;
}

function faultRoutes(control: FaultControl): ControlRoute[] {
  return [
    { method: 'GET', path: '/_control/faults', handle: () => control.read() },
    { method: 'POST', path: '/_control/faults', handle: ({ body }) => control.add(body) },
    { method: 'DELETE', path: '/_control/faults', handle: () => control.remove() },
    { method: 'DELETE', path: '/_control/faults/:id', handle: ({ params }) => control.remove(params['id'] ?? '') },
    { method: 'POST', path: '/_control/rate-limit', handle: ({ body }) => control.limit(body) },
  ];
}

function matches({ input, pattern }: Rule, request: ApiRequest): boolean {
  return (
    (input.method === undefined || input.method === request.method) &&
    (input.account === undefined || input.account === request.accountId) &&
    pattern.test(request.path)
  );
}

function faultOf(input: FaultRuleInput): Fault {
  // The table is total by its type; only the pairing of key and argument is beyond what the compiler follows.
  const make = faultPresets[input.preset] as (given: FaultRuleInput) => Fault;
  return make(input);
}
