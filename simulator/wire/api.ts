import type { ApiRequest, Fault, FaultEngine, StripeEvent } from '../ports.ts';
import type { Account } from '../store.ts';
import { noCause, type World } from '../world.ts';
import { authenticate, type Caller } from './auth.ts';
import { ApiError, forbidden, type ErrorBody } from './errors.ts';
import { expanded } from './expand.ts';
import { decodeForm, type RawParams } from './form.ts';
import type { HoldGate } from './hold-gate.ts';
import type { StoredAnswer } from './idempotency.ts';
import type { IncomingRequest, Reply } from './http.ts';
import type { RequestLog, RequestRecord } from './request-log.ts';
import type { ApiRoute, Router } from './routes.ts';
import { checkVersion, inVersion } from './versions.ts';

/** The parts an API request passes through. */
export interface ApiParts {
  world: World;
  router: Router<ApiRoute>;
  faults: FaultEngine;
  gate: HoldGate;
  log: RequestLog;
}

/** What is known of a request while it runs. */
interface Running {
  request: IncomingRequest;
  record: RequestRecord;
  account: Account;
  route: ApiRoute;
  path: Record<string, string>;
  raw: RawParams;
  version: string;
  key: string | undefined;
  fault: Fault | undefined;
}

const JSON_TYPE = 'application/json';

/** One request to `/v1`: from its headers to an answer, by the rules of terminal.md 5.1, 5.5 and 5.8. */
export async function answerApi(parts: ApiParts, request: IncomingRequest): Promise<Reply> {
  const { world } = parts;
  const record = newRecord(world, request);
  parts.log.add(record);
  const began = performance.now();
  const reply = await runOrExplain(parts, request, record);
  record.status = reply.kind === 'answer' ? reply.status : null;
  record.duration_ms = performance.now() - began;
  if (reply.kind === 'answer') addHeaders(reply.headers, request, record);
  return reply;
}

function newRecord(world: World, { method, path, headers }: IncomingRequest): RequestRecord {
  return {
    id: world.random.id('req_', 14),
    at_ms: world.clock.nowMs(),
    method,
    path,
    account: null,
    params: {},
    headers: { ...headers, authorization: undefined } as Record<string, string | undefined>,
    idempotency_key: method === 'POST' ? (headers['idempotency-key']?.toString() ?? null) : null,
    status: null,
    replayed: false,
    fault: null,
    duration_ms: null,
  };
}

function addHeaders(headers: Record<string, string>, request: IncomingRequest, record: RequestRecord): void {
  headers['request-id'] = record.id;
  headers['stripe-version'] ??= request.headers['stripe-version']?.toString() ?? '';
  if (record.idempotency_key !== null) headers['idempotency-key'] = record.idempotency_key;
  if (record.replayed) headers['idempotent-replayed'] = 'true';
}

async function runOrExplain(parts: ApiParts, request: IncomingRequest, record: RequestRecord): Promise<Reply> {
  try {
    return await run(parts, prepare(parts, request, record));
  } catch (error) {
    if (error instanceof ApiError) return errorReply(error);
    throw error;
  }
}

/** Everything that is refused before a request counts as begun: nothing of it is kept under the key. */
function prepare(parts: ApiParts, request: IncomingRequest, record: RequestRecord): Running {
  const { world, router } = parts;
  const caller = authenticate(world.store, request.headers);
  record.account = caller.account.id;
  const version = checkVersion(request.headers['stripe-version']?.toString() ?? caller.account.apiVersion);
  const found = router.find(request.method, request.path);
  if (found === undefined) throw unknownPath(request);
  const raw = decodeForm(request.method === 'POST' ? joined(request.query, request.body) : request.query);
  record.params = raw;
  checkKeyKind(caller, found.route, raw);
  const { account } = caller;
  const running: Running = {
    ...{ request, record, account, version, raw },
    ...found,
    key: record.idempotency_key ?? undefined,
    fault: undefined,
  };
  running.fault = parts.faults.faultFor(asApiRequest(running));
  record.fault = running.fault?.kind ?? null;
  return running;
}

function joined(query: string, body: string): string {
  return query === '' ? body : `${query}&${body}`;
}

function unknownPath({ method, path }: IncomingRequest): ApiError {
  const message = `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
  return new ApiError(404, { type: 'invalid_request_error', message }, false);
}

function checkKeyKind(caller: Caller, route: ApiRoute, raw: RawParams): void {
  if (caller.kind === 'secret' || (route.public && raw['client_secret'] !== undefined)) return;
  throw forbidden(
    'secret_key_required',
    'This API call cannot be made with a publishable API key. Please use a secret API key.',
  );
}

function asApiRequest({ request, record, account, raw, key }: Running): ApiRequest {
  const { method, path } = request;
  return { method, path, accountId: account.id, params: raw, headers: record.headers, idempotencyKey: key };
}

async function run(parts: ApiParts, running: Running): Promise<Reply> {
  const { fault } = running;
  // Limits, proxies and broken networks stand before the API: they know no keys.
  if (isBeforeTheApi(fault)) return fault.kind === 'reset' ? { kind: 'reset' } : faultReply(fault);
  const result = await resultOf(parts, running);
  if (result === 'dropped') return { kind: 'reset' };
  if (fault?.kind === 'delay') await sleep(fault.ms);
  const verdict = await passGate(parts, running, 'after');
  await parts.world.sink.flushBeforeResponse();
  return verdict === 'drop' ? { kind: 'reset' } : disguised(fault, result);
}

type EarlyFault = Extract<Fault, { kind: 'respond' | 'reset' }>;

function isBeforeTheApi(fault: Fault | undefined): fault is EarlyFault {
  if (fault === undefined || fault.kind === 'truncate' || fault.kind === 'delay') return false;
  return !fault.executed && fault.stored === 'none';
}

/** What the network or the fault makes of the result on its way out. */
function disguised(fault: Fault | undefined, result: StoredAnswer): Reply {
  const reply = answerReply(result);
  switch (fault?.kind) {
    case 'reset':
      return { kind: 'reset' };
    case 'truncate':
      return { ...reply, truncated: true };
    case 'respond':
      // A stored fault is the result already, or was replaced by what the key replays.
      return fault.stored === 'fault' ? withFaultHeaders(reply, fault) : faultReply(fault);
    default:
      return reply;
  }
}

/** Under a key: the stored answer if there is one, else one execution whose answer is kept (terminal.md 5.5). */
async function resultOf(parts: ApiParts, running: Running): Promise<StoredAnswer | 'dropped'> {
  const { world } = parts;
  const { account, key, record } = running;
  if (key === undefined) return await executed(parts, running);
  const replay = account.idempotency.begin(key, {
    fingerprint: `${running.request.method} ${running.request.path}\n${canonical(running.raw)}`,
    nowMs: world.clock.nowMs(),
    keptMs: world.settings.idempotencyKeptMs,
  });
  if (replay !== undefined) {
    record.replayed = true;
    return replay;
  }
  try {
    const answer = await executed(parts, running);
    if (answer !== 'dropped' && !isForgotten(running.fault)) account.idempotency.keep(key, answer);
    return answer;
  } finally {
    // Frees the key unless an answer was kept.
    account.idempotency.release(key);
  }
}

/** A fault may let a request execute and lose what the key should remember. */
function isForgotten(fault: Fault | undefined): boolean {
  return (fault?.kind === 'respond' || fault?.kind === 'reset') && fault.stored === 'none';
}

/** The same parameters in any order are the same parameters. */
function canonical(value: RawParams): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

async function executed(parts: ApiParts, running: Running): Promise<StoredAnswer | 'dropped'> {
  const { fault } = running;
  await takeTime(parts.world, running);
  if ((await passGate(parts, running, 'before')) === 'drop') return 'dropped';
  if (fault?.kind !== 'respond') return execute(parts.world, running);
  if (!fault.executed) return faultAnswer(fault);
  const result = execute(parts.world, running);
  return fault.stored === 'fault' ? faultAnswer(fault) : result;
}

/** The artificial execution time: the key is in use meanwhile. */
async function takeTime({ settings }: World, { request }: Running): Promise<void> {
  if (settings.executionDelayMs > 0 && request.method === 'POST') await sleep(settings.executionDelayMs);
}

async function passGate(parts: ApiParts, running: Running, stage: 'before' | 'after'): Promise<'go' | 'drop'> {
  const { request, account, key, record } = running;
  const waiting = parts.gate.pass({
    ...{ method: request.method, path: request.path, account: account.id, stage },
    idempotency_key: key ?? null,
  });
  if (waiting === undefined) return 'go';
  record.fault = 'held';
  return await waiting;
}

/** Runs the route; a refusal after execution began is an answer to keep, any other error is thrown on. */
function execute(world: World, running: Running): StoredAnswer {
  const { account, path, raw, version, record, key } = running;
  const cause: StripeEvent['request'] = { id: record.id, idempotency_key: key ?? null };
  try {
    world.cause = cause;
    const { answer, expand } = running.route.execute({ account, path, raw, version });
    const shown = inVersion(expand.length === 0 ? answer : expanded(answer, expand, account), version);
    return { status: 200, body: JSON.stringify(shown), contentType: JSON_TYPE };
  } catch (error) {
    if (error instanceof ApiError && error.kept) {
      return errorAnswer({ status: error.status, body: inVersion(error.body, version) as ErrorBody });
    }
    throw error;
  } finally {
    world.cause = noCause;
  }
}

function errorAnswer({ status, body }: Pick<ApiError, 'status' | 'body'>): StoredAnswer {
  return { status, body: JSON.stringify({ error: body }), contentType: JSON_TYPE };
}

function errorReply(error: ApiError): Reply {
  return answerReply(errorAnswer(error));
}

function answerReply({ status, body, contentType }: StoredAnswer): Extract<Reply, { kind: 'answer' }> {
  return { kind: 'answer', status, body, headers: { 'content-type': contentType }, truncated: false };
}

type RespondFault = Extract<Fault, { kind: 'respond' }>;

function faultAnswer(fault: RespondFault): StoredAnswer {
  return { status: fault.status, body: fault.body, contentType: fault.contentType ?? JSON_TYPE };
}

function faultReply(fault: RespondFault): Reply {
  return withFaultHeaders(answerReply(faultAnswer(fault)), fault);
}

function withFaultHeaders(reply: Extract<Reply, { kind: 'answer' }>, fault: RespondFault): Reply {
  return { ...reply, headers: { ...reply.headers, ...fault.headers } };
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
