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
  /** Lets go what is held, all or of one hold or one request; without an id the holds go too. */
  release(what: { id?: string | undefined; verdict: Verdict }): number;
  /** Resolves when at least `count` requests are held, by one hold or by all, or after the time with what is held then. */
  awaitHeld(wanted: { count: number; hold?: string | undefined }, timeoutMs: number): Promise<HeldRequest[]>;
  clear(): void;
}

interface Rule {
  id: string;
  path: RegExp | undefined;
  match: HoldMatch;
  stage: 'before' | 'after';
  timesLeft: number;
}
interface Waiting {
  request: HeldRequest;
  go: (verdict: Verdict) => void;
}

export function createHoldGate(): HoldGate {
  let rules: Rule[] = [];
  let count = 0;
  const waiting = new Map<string, Waiting>();
  const crowd = createCrowd(() => [...waiting.values()].map(({ request }) => request));

  const release: HoldGate['release'] = ({ id, verdict }) => {
    rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
    const freed = [...waiting.values()].filter(
      ({ request }) => id === undefined || request.id === id || request.hold === id,
    );
    for (const { request, go } of freed) {
      waiting.delete(request.id);
      go(verdict);
    }
    return freed.length;
  };
  return {
    release,
    awaitHeld: ({ count: wanted, hold }, timeoutMs) =>
      crowd.await((request) => hold === undefined || request.hold === hold, { wanted, timeoutMs }),
    hold(match, { stage, times }) {
      const id = `hold_${(count += 1)}`;
      const path = match.path === undefined ? undefined : globPattern(match.path, '/');
      rules.push({ id, path, match, stage, timesLeft: times });
      return id;
    },
    pass(candidate) {
      const rule = rules.find((one) => catches(one, candidate));
      if (rule === undefined) return undefined;
      rule.timesLeft -= 1;
      rules = rules.filter((one) => one.timesLeft > 0);
      const request: HeldRequest = { id: `held_${(count += 1)}`, hold: rule.id, ...candidate };
      return new Promise((go) => {
        waiting.set(request.id, { request, go });
        crowd.grew();
      });
    },
    clear: () => {
      release({ verdict: 'drop' });
    },
  };
}

/** Lets callers wait until so many are held. */
function createCrowd(held: () => HeldRequest[]) {
  const watchers = new Set<() => void>();
  return {
    grew(): void {
      for (const look of [...watchers]) look();
    },
    await(
      counts: (request: HeldRequest) => boolean,
      { wanted, timeoutMs }: { readonly wanted: number; readonly timeoutMs: number },
    ): Promise<HeldRequest[]> {
      const found = (): HeldRequest[] => held().filter(counts);
      if (found().length >= wanted) return Promise.resolve(found());
      return new Promise((resolve) => {
        const finish = (): void => {
          clearTimeout(timer);
          watchers.delete(look);
          resolve(found());
        };
        const look = (): void => {
          if (found().length >= wanted) finish();
        };
        const timer = setTimeout(finish, timeoutMs);
        timer.unref();
        watchers.add(look);
      });
    },
  };
}

function catches({ match, path, stage }: Rule, candidate: Candidate): boolean {
  const isNamed = (['method', 'account', 'idempotency_key'] as const).every(
    (key) => match[key] === undefined || match[key] === candidate[key],
  );
  return isNamed && stage === candidate.stage && (path?.test(candidate.path) ?? true);
}
