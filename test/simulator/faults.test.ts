import { beforeEach, describe, expect, it } from '@jest/globals';
import { createFaultEngine } from '../../simulator/faults/engine.ts';
import type { ApiRequest, Fault } from '../../simulator/ports.ts';
import { createRandom } from '../../simulator/random.ts';
import { controlOf } from './support-webhooks.ts';

const capture = '/v1/payment_intents/pi_1/capture';
const dispatch = '/v1/terminal/readers/tmr_1/process_payment_intent';
let nowMs: number;
let engine: ReturnType<typeof createFaultEngine>;
let control: ReturnType<typeof controlOf>;

beforeEach(() => {
  nowMs = 0;
  engine = createFaultEngine({ random: createRandom(7), nowMs: () => nowMs });
  control = controlOf(engine.routes);
});

const add = (preset: string, rule: Record<string, unknown> = {}) =>
  control('POST', '/_control/faults', { preset, ...rule });
const request = (path: string, change: Partial<ApiRequest> = {}): ApiRequest => ({
  method: 'POST',
  path,
  accountId: 'acct_main',
  params: {},
  headers: {},
  idempotencyKey: 'key-1',
  ...change,
});
const ask = (path = capture, change: Partial<ApiRequest> = {}): Fault | undefined =>
  engine.faultFor(request(path, change));
const errorOf = (fault: Fault | undefined): unknown =>
  fault?.kind === 'respond' ? (JSON.parse(fault.body) as { error: unknown }).error : undefined;

describe('each effect executes and stores exactly what the table of faults says', () => {
  it.each([
    ['rate_limit', {}, { kind: 'respond', status: 429, executed: false, stored: 'none' }, { code: 'rate_limit' }],
    ['lock_timeout', {}, { kind: 'respond', status: 429, executed: false, stored: 'none' }, { code: 'lock_timeout' }],
    ['server_error_before', {}, { status: 500, executed: false, stored: 'none' }, { type: 'api_error' }],
    ['server_error_before', { status: 504 }, { status: 504, executed: false, stored: 'none' }, { type: 'api_error' }],
    ['server_error_after', {}, { status: 500, executed: true, stored: 'fault' }, { type: 'api_error' }],
    ['unauthorized', {}, { status: 401, executed: false, stored: 'none' }, { type: 'invalid_request_error' }],
    ['forbidden', {}, { status: 403, executed: false, stored: 'none' }, { type: 'invalid_request_error' }],
    [
      'terminal_reader_offline',
      {},
      { status: 400, executed: false, stored: 'fault' },
      { code: 'terminal_reader_offline' },
    ],
    ['terminal_reader_busy', {}, { status: 400, executed: false, stored: 'fault' }, { code: 'terminal_reader_busy' }],
    [
      'terminal_reader_hardware_fault',
      {},
      { executed: false, stored: 'fault' },
      { code: 'terminal_reader_hardware_fault' },
    ],
    ['terminal_reader_timeout', {}, { executed: false, stored: 'fault' }, { code: 'terminal_reader_timeout' }],
    [
      'terminal_reader_timeout',
      { received: true },
      { executed: true, stored: 'fault' },
      { code: 'terminal_reader_timeout' },
    ],
  ])('%s %j', async (preset, options, fault, error) => {
    await add(preset, options);
    const injected = ask(dispatch);
    expect(injected).toMatchObject(fault);
    expect(errorOf(injected)).toMatchObject(error);
  });

  it.each<[string, Record<string, unknown>, Fault]>([
    ['reset_before', {}, { kind: 'reset', executed: false, stored: 'none' }],
    ['execute_then_reset', {}, { kind: 'reset', executed: true, stored: 'result' }],
    ['truncate', {}, { kind: 'truncate' }],
    ['latency', { ms: 90_000 }, { kind: 'delay', ms: 90_000 }],
  ])('%s %j', async (preset, options, fault) => {
    await add(preset, options);
    expect(ask()).toEqual(fault);
  });

  it.each([false, true])('bad_gateway_html answers a page instead of JSON (executed: %s)', async (executed) => {
    await add('bad_gateway_html', { executed });
    expect(ask()).toMatchObject({ status: 502, contentType: 'text/html', executed, stored: 'none' });
    expect(ask()).toHaveProperty('body', expect.stringMatching(/^<html>/));
  });

  it('a refusal tells the client to retry, not to retry, or nothing, as chosen', async () => {
    await add('rate_limit', { shouldRetry: true, times: 1 });
    await add('rate_limit', { shouldRetry: false, times: 1 });
    await add('rate_limit', { times: 1 });
    expect(ask()).toHaveProperty('headers', expect.objectContaining({ 'Stripe-Should-Retry': 'true' }));
    expect(ask()).toHaveProperty('headers', expect.objectContaining({ 'Stripe-Should-Retry': 'false' }));
    expect(ask()).toHaveProperty('headers', expect.not.objectContaining({ 'Stripe-Should-Retry': expect.anything() }));
  });
});

describe('a fault strikes only the requests it was meant for', () => {
  it.each([
    ['/v1/payment_intents/:id/capture', capture, true],
    ['/v1/payment_intents/:id/capture', '/v1/payment_intents/pi_1/cancel', false],
    ['/v1/payment_intents/:id', capture, false],
    ['/v1/payment_intents/*', '/v1/payment_intents/pi_1', true],
    ['/v1/payment_intents/*', capture, false],
    ['/v1/payment_intents/**', capture, true],
    [capture, capture, true],
    ['*', dispatch, true],
  ])('path %s on %s: %s', async (pattern, path, struck) => {
    await add('reset_before', { path: pattern });
    expect(ask(path) !== undefined).toBe(struck);
  });

  it('by method and account', async () => {
    await add('reset_before', { method: 'POST', account: 'acct_main' });
    expect(ask(capture, { method: 'GET' })).toBeUndefined();
    expect(ask(capture, { accountId: 'acct_other' })).toBeUndefined();
    expect(ask()).toBeDefined();
  });

  it('a reader fault strikes only the dispatch unless another path is named', async () => {
    await add('terminal_reader_busy');
    expect(ask('/v1/terminal/readers/tmr_1/cancel_action')).toBeUndefined();
    expect(ask('/v1/terminal/readers/tmr_1', { method: 'GET' })).toBeUndefined();
    expect(ask(dispatch)).toBeDefined();
  });

  it('on the nth matching call only', async () => {
    await add('reset_before', { nth: 3 });
    expect([1, 2, 3, 4].map(() => ask() !== undefined)).toEqual([false, false, true, false]);
  });

  it('as often as its times say, then the next rule has its turn', async () => {
    await add('reset_before', { times: 2 });
    await add('truncate');
    expect([1, 2, 3].map(() => ask()?.kind)).toEqual(['reset', 'reset', 'truncate']);
  });

  it('with a probability that its seed repeats', async () => {
    const outcome = async () => {
      await control('DELETE', '/_control/faults');
      await add('reset_before', { probability: 0.3, seed: 42 });
      return Array.from({ length: 200 }, () => ask() !== undefined);
    };
    const first = await outcome();
    expect(await outcome()).toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(40);
    expect(first.filter(Boolean).length).toBeLessThan(80);
  });
});

describe('the control plane of faults', () => {
  it('counts what was seen and injected, rule by rule and effect by effect', async () => {
    const { id } = (await add('reset_before', { nth: 2 })) as { id: string };
    ask();
    ask();
    ask();
    expect(await control('GET', '/_control/faults')).toMatchObject({
      rules: [{ id, seen: 3, injected: 1, rule: { preset: 'reset_before' } }],
      injections: { reset_before: 1 },
    });
  });

  it('removes one rule, or all by a reset', async () => {
    const { id } = (await add('reset_before')) as { id: string };
    await add('truncate');
    expect(await control('DELETE', `/_control/faults/${id}`)).toEqual({ deleted: true });
    expect(await control('DELETE', `/_control/faults/${id}`)).toEqual({ deleted: false });
    expect(ask()?.kind).toBe('truncate');
    engine.reset();
    expect(ask()).toBeUndefined();
    expect(await control('GET', '/_control/faults')).toEqual({ rules: [], injections: {}, rateLimit: null });
  });

  it('refuses an effect that it does not know', async () => {
    await expect(add('reset_after')).rejects.toThrow(/preset/);
  });
});

describe('the rate limiter of a sandbox', () => {
  it('answers 429 from the 26th request within an instant, and 25 more a second later', async () => {
    await control('POST', '/_control/rate-limit', { perSecond: 25 });
    const burst = () => Array.from({ length: 30 }, () => ask()).filter((fault) => fault === undefined).length;
    expect(burst()).toBe(25);
    nowMs += 1000;
    expect(burst()).toBe(25);
    expect(errorOf(ask())).toMatchObject({ code: 'rate_limit' });
  });

  it('gives each account its own tokens, and can be switched off', async () => {
    await control('POST', '/_control/rate-limit', { perSecond: 1 });
    expect([ask(), ask()].map((fault) => fault?.kind)).toEqual([undefined, 'respond']);
    expect(ask(capture, { accountId: 'acct_other' })).toBeUndefined();
    await control('POST', '/_control/rate-limit', { perSecond: 0 });
    expect(ask()).toBeUndefined();
  });
});
