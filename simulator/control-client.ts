import type { z } from 'zod';
import { ControlCallError, createCaller, withQuery, type Call } from './control-calls.ts';
import { moneyControl } from './control-money.ts';
import type { Counters } from './control/counters.ts';
import type { seedInput } from './control/seed-routes.ts';
import { durationMs, type Duration } from './duration.ts';
import type { FaultOptions, FaultPreset } from './faults/presets.ts';
import type { StripeEvent } from './ports.ts';
import type { ModeName } from './readers/device.ts';
import type { Settings } from './settings.ts';
import type { DeliveryFilter, DeliveryRecord } from './webhooks/delivery-log.ts';
import type { WebhookRuleWish } from './webhooks/rules.ts';
import type { HeldRequest, HoldMatch } from './wire/hold-gate.ts';
import type { RequestRecord } from './wire/request-log.ts';

export { ControlCallError };
export type ControlClient = ReturnType<typeof createControlClient>;
export type SeedInput = z.input<typeof seedInput>;
export interface SeededAccount {
  id: string;
  locations: { id: string; display_name: string }[];
  readers: { id: string; label: string; location: string | null }[];
}
/** All records of an account, oldest first. */
export interface AccountState {
  id: string;
  customers: Record<string, unknown>[];
  payment_methods: Record<string, unknown>[];
  setup_intents: Record<string, unknown>[];
  payment_intents: Record<string, unknown>[];
  charges: Record<string, unknown>[];
  refunds: Record<string, unknown>[];
  disputes: Record<string, unknown>[];
  balance_transactions: Record<string, unknown>[];
  payouts: Record<string, unknown>[];
  readers: Record<string, unknown>[];
  events: StripeEvent[];
}
export interface RequestFilter {
  method?: string;
  /** A pattern: `/v1/payment_intents/:id/capture`. */
  path?: string;
  account?: string;
  idempotency_key?: string;
}

/**
 * The simulator's control plane as a test tells it (terminal.md 5.9): `reader.willTap('4000000000000002', { after: '20ms' })`.
 * Every call resolves when it has taken effect and rejects with a `ControlCallError` when it could not.
 * @param url where the simulator listens
 */
export function createControlClient(url: string) {
  const call = createCaller(url);
  return {
    /** Back to one empty account (`acct_demo`, key `sk_test_demo`), real time, no rules. */
    reset: (options: { seed?: number } = {}) =>
      call<{ seed: number; account: string; secret_key: string }>('POST', '/reset', options),
    /** Accounts with their keys, places and readers; returns them with their ids, in the order given. */
    seed: async (input: SeedInput) => (await call<{ accounts: SeededAccount[] }>('POST', '/seed', input)).accounts,
    clock: clockControl(call),
    reader: (id: string) => readerControl(call, id),
    ...moneyControl(call),
    endpoint: (id: string) => ({
      /** A new signing secret; both sign until it is rolled again without the old one. */
      rollSecret: async (options: { secret?: string; keepOld?: boolean } = {}) => {
        const { secret, keepOld: keep_old } = options;
        return (await call<{ secret: string }>('POST', `/webhook-endpoints/${id}/roll-secret`, { secret, keep_old }))
          .secret;
      },
    }),
    webhooks: webhookControl(call),
    faults: faultControl(call),
    /** Holds the answer of a request that matches, executed (`after`) or not yet (`before`). */
    holdResponse: (match: HoldMatch, options: { stage?: 'before' | 'after'; times?: number } = {}) =>
      openGate(call, match, options),
    /** Reads the settings, or changes those given. */
    settings: (change?: Partial<Settings>) =>
      change ? call<Settings>('POST', '/settings', change) : call<Settings>('GET', '/settings'),
    /** From now on only these secret keys open the account. */
    rotateKeys: (account: string, secretKeys: string[]) =>
      call('POST', `/accounts/${account}/keys`, { secret_keys: secretKeys }),
    state: async (account: string): Promise<AccountState> => {
      const { accounts } = await call<{ accounts: Record<string, AccountState> }>(
        'GET',
        withQuery('/state', { account }),
      );
      const state = accounts[account];
      if (!state) throw new ControlCallError(`GET /state of ${account}`, 404, 'no such account');
      return state;
    },
    /** API requests in the order they arrived, with headers and idempotency keys. */
    requests: async (filter: RequestFilter = {}) =>
      (await call<{ requests: RequestRecord[] }>('GET', withQuery('/requests', { ...filter }))).requests,
    forgetRequests: () => call('DELETE', '/requests'),
    /** The processor's truth: what was authorized, captured and refunded, in all and for each metadata value. */
    counters: (account?: string) => call<Counters>('GET', withQuery('/counters', { account })),
    /** Webhook deliveries, oldest first. */
    deliveries: async (filter: DeliveryFilter = {}) =>
      (await call<{ deliveries: DeliveryRecord[] }>('GET', withQuery('/deliveries', { ...filter }))).deliveries,
  };
}

function clockControl(call: Call) {
  return {
    now: async () => new Date((await call<{ now_ms: number }>('GET', '/clock')).now_ms),
    /** Moves the simulated clock; whatever falls due on the way happens: expiries, retries, late events. */
    advance: (by: Duration) => call('POST', '/clock/advance', { ms: durationMs(by) }),
    set: (to: Date) => call('POST', '/clock/set', { now_ms: to.getTime() }),
  };
}

export interface TapOptions {
  after?: Duration;
  /** The tip chosen at the reader, minor units. */
  tipMinor?: number;
}
export interface ModeOptions extends TapOptions {
  card?: string;
  /** Afterwards the reader is as it was before. */
  lasts?: Duration;
  times?: number;
  /** `dies`: whether the authorization still got through. */
  authorized?: boolean;
}

function readerControl(call: Call, id: string) {
  const post = (verb: string, body: object) =>
    call<{ applied?: 'now' | 'scheduled' | 'queued' | 'left_in' }>('POST', `/readers/${id}/${verb}`, body);
  const tapBody = (card: string | undefined, { after, tipMinor }: TapOptions) => ({
    card,
    after_ms: after === undefined ? undefined : durationMs(after),
    tip_minor: tipMinor,
  });
  return {
    /** A card will be shown to the payment on the reader or, if there is none yet, to the next one. */
    willTap: (card?: string, options: TapOptions = {}) => post('tap', tapBody(card, { after: '0ms', ...options })),
    /** A card is shown now; refused when the reader waits for none. */
    tap: (card?: string, options: Omit<TapOptions, 'after'> = {}) => post('tap', tapBody(card, options)),
    insert: (card?: string, options: TapOptions = {}) => post('insert', tapBody(card, options)),
    removeCard: () => post('remove', {}),
    /** The customer presses the reader's cancel button. */
    customerCancels: () => post('cancel', {}),
    mode: (mode: ModeName, { card, after, tipMinor, lasts, times, authorized }: ModeOptions = {}) =>
      post('mode', {
        ...tapBody(card, { ...(after && { after }), ...(tipMinor !== undefined && { tipMinor }) }),
        mode,
        for_ms: lasts === undefined ? undefined : durationMs(lasts),
        times,
        authorized,
      }),
    read: () => call<{ reader: Record<string, unknown>; phase: string; dead: boolean }>('GET', `/readers/${id}`),
  };
}

/** A hold on API requests that match; see `holdResponse`. */
async function openGate(call: Call, match: HoldMatch, options: { stage?: 'before' | 'after'; times?: number }) {
  const { id } = await call<{ id: string }>('POST', '/hold-response', { match, ...options });
  const letGo = async (drop: boolean) => (await call<{ released: number }>('POST', '/release', { id, drop })).released;
  return {
    id,
    /** Resolves with the request once one is held; rejects after the time. */
    held: async (within: Duration = '20s'): Promise<HeldRequest> => {
      const wait = withQuery('/held', { hold: id, timeout_ms: String(durationMs(within)) });
      const [mine] = (await call<{ held: HeldRequest[] }>('GET', wait)).held;
      if (mine) return mine;
      throw new Error(`no request was held within ${within} by ${JSON.stringify({ match, ...options })}`);
    },
    /** Lets go what is held and holds nothing more; returns how many were held. */
    release: () => letGo(false),
    /** The same, but the connections are cut: the answers are lost. */
    drop: () => letGo(true),
  };
}

type Effect = WebhookRuleWish['effect'];
type MatchOptions = Omit<Extract<WebhookRuleWish, { effect: 'hold' }>, 'effect' | 'type'>;
type Rest<E extends Effect> = Omit<Extract<WebhookRuleWish, { effect: E }>, 'effect' | 'type'>;

/** Each method adds a rule for the event types that a pattern matches and answers the rule's id. */
function webhookControl(call: Call) {
  const rule = async <E extends Effect>(effect: E, type: string, rest: Rest<E>): Promise<string> =>
    (await call<{ id: string }>('POST', '/webhooks/rules', { ...rest, effect, type })).id;
  const simple =
    (effect: Exclude<Effect, 'delay' | 'duplicate'>) =>
    (type = '*', options: MatchOptions = {}) =>
      rule(effect, type, options);
  return {
    delay: (type: string, by: Duration, options: MatchOptions & { upTo?: Duration } = {}) => {
      const { upTo, ...match } = options;
      return rule('delay', type, { ...match, ms: durationMs(by), ...(upTo && { maxMs: durationMs(upTo) }) });
    },
    /** `copies` deliveries in all, at once or `apart`. */
    duplicate: (type: string, copies: number, options: MatchOptions & { apart?: Duration } = {}) => {
      const { apart = '0ms', ...match } = options;
      return rule('duplicate', type, { ...match, copies, spacingMs: durationMs(apart) });
    },
    /** Lost for ever; `resend` still works. */
    drop: simple('drop'),
    /** Lost until `replay`. */
    dropUntilReplay: (type = '*', options: MatchOptions = {}) => rule('drop', type, { ...options, until: 'replay' }),
    hold: simple('hold'),
    reverse: (type = '*', batch = 2, options: MatchOptions = {}) => rule('reverse', type, { ...options, batch }),
    beforeResponse: simple('before_response'),
    wrongSignature: simple('wrong_signature'),
    staleTimestamp: simple('stale_timestamp'),
    futureTimestamp: simple('future_timestamp'),
    alteredBody: simple('altered_body'),
    unknownType: simple('unknown_type'),
    twin: simple('twin'),
    olderSnapshotLast: simple('older_snapshot_last'),
    /** Any rule as it is, for those who make them by plan. */
    add: async (wish: WebhookRuleWish): Promise<string> =>
      (await call<{ id: string }>('POST', '/webhooks/rules', wish)).id,
    removeRule: (id: string) => call('DELETE', `/webhooks/rules/${id}`),
    removeRules: () => call('DELETE', '/webhooks/rules'),
    /** Lets everything go that is held; resolves when it has been delivered. */
    release: async (order: 'generated' | 'reversed' = 'generated') =>
      (await call<{ released: number }>('POST', '/webhooks/release', { order })).released,
    replay: async () => (await call<{ replayed: number }>('POST', '/webhooks/replay')).replayed,
    /** Sends an event again, past all rules. */
    resend: async (event: string) =>
      (await call<{ deliveries: DeliveryRecord[] }>('POST', '/webhooks/resend', { event })).deliveries,
    settings: ({ retryAfter, timeout }: { retryAfter?: Duration[]; timeout?: Duration }) =>
      call('POST', '/webhooks/settings', {
        ...(retryAfter && { retryScheduleMs: retryAfter.map(durationMs) }),
        ...(timeout && { timeoutMs: durationMs(timeout) }),
      }),
    /** What is kept back now, and how often each rule has seen a match and struck. */
    read: () =>
      call<{ held: number; lost: number; inFlight: number; rules: { id: string; seen: number; fired: number }[] }>(
        'GET',
        '/webhooks',
      ),
  };
}

function faultControl(call: Call) {
  return {
    /** Adds a fault by its name (terminal.md 5.8) and answers the rule's id. */
    add: async <P extends FaultPreset>(
      preset: P,
      ...[options]: Partial<FaultOptions<P>> extends FaultOptions<P> ? [FaultOptions<P>?] : [FaultOptions<P>]
    ): Promise<string> => (await call<{ id: string }>('POST', '/faults', { ...options, preset })).id,
    remove: (id: string) => call('DELETE', `/faults/${id}`),
    removeAll: () => call('DELETE', '/faults'),
    /** How often each rule has seen a match and struck, and how often each preset has. */
    read: () =>
      call<{ rules: { id: string; seen: number; injected: number }[]; injections: Record<string, number> }>(
        'GET',
        '/faults',
      ),
    /** Real requests per second for each account; 25 is a sandbox, 0 switches the limit off. */
    rateLimit: (perSecond: number, burst?: number) => call('POST', '/rate-limit', { perSecond, burst }),
  };
}
