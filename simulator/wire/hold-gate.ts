import { globPattern } from '../matching.ts';

/** Which requests to hold: every part that is given must match. */
export interface HoldMatch {
  method?: string | undefined;
  /** A pattern as in fault rules: `/v1/payment_intents/:id/capture`. */
  path?: string | undefined;
  account?: string | undefined;
  idempotency_key?: string | undefined;
}

export interface HeldRequest {
  id: string;
  hold: string;
  method: string;
  path: string;
  account: string;
  idempotency_key: string | null;
  stage: 'before' | 'after';
}
export type Verdict = 'go' | 'drop';
type Candidate = Omit<HeldRequest, 'id' | 'hold'>;

/**
 * Gates for race and crash tests (decisions D57): a request that matches waits, executed or not yet, until it is
 * released. Tests wait for it to be held instead of sleeping.
 */
export interface HoldGate {
  hold(match: HoldMatch, options: { stage: 'before' | 'after'; times: number }): string;
  /** Undefined when nothing holds the request; its turn of the loop then goes on. */
  pass(candidate: Candidate): Promise<Verdict> | undefined;
  /** Lets go what is held, all or of one hold or one request; `rules` also removes the holds. */
  release(what: { id?: string | undefined; verdict: Verdict }): number;
  held(): HeldRequest[];
  /** Resolves when at least `count` requests are held, or after the time with what is held then. */
  awaitHeld(count: number, timeoutMs: number): Promise<HeldRequest[]>;
  clear(): void;
}

interface Rule {
  id: string;
  path: RegExp | undefined;
  match: HoldMatch;
  stage: 'before' | 'after';
  timesLeft: number;
}

export function createHoldGate(): HoldGate {
  let rules: Rule[] = [];
  let count = 0;
  const waiting = new Map<string, { request: HeldRequest; go: (verdict: Verdict) => void }>();
  const watchers = new Set<() => void>();
  const held = (): HeldRequest[] => [...waiting.values()].map(({ request }) => request);

  const gate: HoldGate = {
    held,
    hold(match, { stage, times }) {
      const id = `hold_${(count += 1)}`;
      const path = match.path === undefined ? undefined : globPattern(match.path, '/');
      rules.push({ id, path, match, stage, timesLeft: times });
      return id;
    },
    pass(candidate) {
      if (rules.length === 0) return undefined;
      const rule = rules.find((one) => catches(one, candidate));
      if (rule === undefined) return undefined;
      rule.timesLeft -= 1;
      rules = rules.filter((one) => one.timesLeft > 0);
      const request: HeldRequest = { id: `held_${(count += 1)}`, hold: rule.id, ...candidate };
      return new Promise((go) => {
        waiting.set(request.id, { request, go });
        for (const look of [...watchers]) look();
      });
    },
    release({ id, verdict }) {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
      const freed = [...waiting.values()].filter(
        ({ request }) => id === undefined || request.id === id || request.hold === id,
      );
      for (const { request, go } of freed) {
        waiting.delete(request.id);
        go(verdict);
      }
      return freed.length;
    },
    awaitHeld(wanted, timeoutMs) {
      if (waiting.size >= wanted) return Promise.resolve(held());
      return new Promise((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          watchers.delete(look);
          resolve(held());
        };
        const look = (): void => {
          if (waiting.size >= wanted) finish();
        };
        const timer = setTimeout(finish, timeoutMs);
        timer.unref();
        watchers.add(look);
      });
    },
    clear() {
      gate.release({ verdict: 'drop' });
    },
  };
  return gate;
}

function catches({ match, path, stage }: Rule, candidate: Candidate): boolean {
  return (
    stage === candidate.stage &&
    (match.method ?? candidate.method) === candidate.method &&
    (path?.test(candidate.path) ?? true) &&
    (match.account ?? candidate.account) === candidate.account &&
    (match.idempotency_key ?? candidate.idempotency_key) === candidate.idempotency_key
  );
}
