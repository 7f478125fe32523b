import { Router, type RouterContext } from '@koa/router';
import type { Middleware } from 'koa';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import type { Principal } from '../domain/principal.ts';
import type { Orm } from '../entities/orm.ts';
import type { SqlPool } from '../entities/sql-pool.ts';
import type { Authentication } from './access/authentication.ts';
import { writeRequest } from './idempotency-header.ts';
import type { Logger } from './operations/logger.ts';
import { once } from './once.ts';
import { asserting } from './access/actor.ts';
import { authorise, requirePolicies } from './access/policy.ts';
import { requireOwn } from './access/ownership.ts';
import type { RateLimit } from './rate-limit.ts';
import { readJsonBody, readTextBody } from './request-body.ts';
import type { Answer, ApiRequest, Route } from './route.ts';

/** What the mechanism around every handler needs. */
export interface RouterParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly authentication: Authentication;
  readonly rateLimit: RateLimit;
  readonly log: Logger;
}

/** Nobody: the principal of public routes, which hold no role and see nothing. */
const nobody = {
  keyId: 'nobody',
  name: 'nobody',
  roles: new Set(),
  organisationId: null,
  siteId: null,
} as unknown as Principal;

/**
 * Serves `routes`: each request is authenticated, counted, authorised and validated from the route's own description
 * before its handler runs. Throws `PolicyMissing` for a route that does not say who may use it.
 */
export function createRouter(
  parts: RouterParts,
  routes: readonly Route[],
): { readonly routes: Middleware; readonly others: Middleware } {
  requirePolicies(routes);
  const router = new Router({ strict: true });
  for (const route of routes) router[route.method](route.path, (ctx) => serve(parts, route, ctx));
  // The router's own types know more about the context than Koa's: the same functions.
  return { routes: router.routes() as unknown as Middleware, others: router.allowedMethods() as unknown as Middleware };
}

async function serve(parts: RouterParts, route: Route, ctx: RouterContext): Promise<void> {
  ctx.state['route'] = route.path;
  const principal = route.policy.kind === 'public' ? nobody : await admit(parts, route, ctx);
  const params = parseParams(route, ctx.params);
  const query = (route.query ?? z.strictObject({})).parse({ ...ctx.query });
  const { textBody, json, body } = await bodyOf(route, ctx);
  await requireOwn(parts.pool, { principal, route, named: { params: recordOf(params), body: recordOf(body) } });
  const header = ctx.req.headers['idempotency-key'];
  const write = writeRequest(route.idempotency ?? 'none', principal, {
    method: ctx.method,
    path: ctx.path,
    json: textBody ?? json,
    header: Array.isArray(header) ? header.join(',') : header,
  });
  const request: ApiRequest<unknown, unknown, unknown> = {
    params,
    query,
    body,
    textBody,
    principal,
    write,
    header: (name) => ctx.get(name),
    gone: whenGone(ctx),
    log: parts.log,
    once: (work) => once(parts.orm, write, work),
  };
  give(ctx, await route.handle(request as ApiRequest<never, never, never>));
}

async function bodyOf(route: Route, ctx: RouterContext) {
  const textBody = route.textTypes === undefined ? null : await readTextBody(ctx.req, route.textTypes);
  if (textBody !== null) return { textBody, json: undefined, body: undefined };
  const json = route.body === undefined ? undefined : (await readJsonBody(ctx.req)).json;
  // No body at all is an empty one; `null` is a body.
  return { textBody, json, body: route.body?.parse(json === undefined ? {} : json) };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Tells who calls, counts the call, and refuses what the policy does not allow. */
async function admit(parts: RouterParts, route: Route, ctx: RouterContext): Promise<Principal> {
  const principal = await identify(parts, ctx);
  ctx.state['keyId'] = principal.keyId;
  await parts.rateLimit.count(principal.keyId);
  authorise(route.policy, principal);
  return asserting(principal, ctx.get('Tillflow-Actor'));
}

/** Guessing keys is counted by address, so that it is slow. */
async function identify(parts: RouterParts, ctx: RouterContext): Promise<Principal> {
  try {
    return await parts.authentication.principal(ctx.get('Authorization'));
  } catch (error) {
    if (error instanceof DomainError) await parts.rateLimit.count(`address ${ctx.ip}`);
    throw error;
  }
}

/** An identifier that cannot be one of ours names nothing that exists. */
function parseParams(route: Route, params: unknown): unknown {
  const parsed = (route.params ?? z.object({})).safeParse(params);
  if (!parsed.success) throw new DomainError('not_found', 'There is nothing under this identifier.');
  return parsed.data;
}

function whenGone(ctx: RouterContext): AbortSignal {
  const controller = new AbortController();
  ctx.res.once('close', () => {
    controller.abort();
  });
  return controller.signal;
}

function give(ctx: RouterContext, answer: Answer): void {
  const { Location: location, ...headers } = answer.headers ?? {};
  ctx.status = answer.status;
  ctx.set(headers);
  if (location !== undefined) ctx.set('Location', location.startsWith('/') ? location : `${ctx.path}/${location}`);
  if (answer.stream === undefined) giveBody(ctx, answer);
  else ctx.body = answer.stream;
}

function giveBody(ctx: RouterContext, { body, headers, status }: Answer): void {
  if (body === undefined) return;
  ctx.body = typeof body === 'string' ? body : JSON.stringify(body);
  ctx.type = headers?.['Content-Type'] ?? (status >= 400 ? 'application/problem+json' : 'application/json');
}
