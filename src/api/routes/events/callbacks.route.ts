import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../../domain/errors.ts';
import { callbackEndpointId } from '../../../domain/ids.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { isInsideRouteCode, routeCodePattern } from '../../../domain/route-code.ts';
import { recordAct } from '../../../entities/audit.ts';
import { CallbackEndpoint } from '../../../entities/events/callback-endpoint.entity.ts';
import { newId } from '../../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import {
  callbackDeliverySchema,
  callbackDeliveryView,
  callbackEndpointSchema,
  callbackEndpointView,
} from '../../events/callback-view.ts';
import { definedOnly, refusingDuplicates } from '../../duplicates.ts';
import { made } from '../../once.ts';
import { keyed, route, type Route } from '../../route.ts';
import { idParam, listOf, pageOf } from '../../schemas.ts';
import { secretRef } from '../../secret-reference.ts';
import { pageView } from '../../views.ts';

const tag = 'Callbacks';
const shown = { 200: { description: 'The endpoint', schema: callbackEndpointSchema } };
const policy = keyed('platform', 'callback.manage');

const url = z
  .url({ protocol: /^https?$/ })
  .max(500)
  .refine(isBareUrl, 'must not carry credentials or a fragment')
  .meta({ examples: ['https://host.example/callbacks'] });
const secretRefs = z
  .array(secretRef)
  .min(1)
  .max(3)
  .meta({ description: 'Every callback is signed with all of them, so that one can be exchanged for another' });
const newEndpoint = z
  .strictObject({
    routeCode: z
      .string()
      .regex(routeCodePattern)
      .refine((code) => !isInsideRouteCode(code), 'is handled inside')
      .meta({ examples: ['EVT'] }),
    url,
    secretRefs,
  })
  .meta({ id: 'NewCallbackEndpoint' });

/** Where the host hears of payments' outcomes, and what became of telling it (decisions D18). */
export function callbackRoutes(orm: Orm): readonly Route[] {
  return [create(), list(orm), deliveries(orm), resend(), get(orm), change(), remove()];
}

function create(): Route {
  return route({
    method: 'post',
    path: '/v1/callbacks',
    tag,
    summary: 'Register where the outcome of payments with a route code is delivered',
    policy,
    idempotency: 'optional',
    body: newEndpoint,
    responses: { 201: { description: 'The new endpoint', schema: callbackEndpointSchema } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const endpoint = em.create(CallbackEndpoint, {
          id: callbackEndpointId(newId('callbackEndpoint')),
          routeCode: body.routeCode,
          url: body.url,
          secretRefs: body.secretRefs.join(','),
          createdAt: new Date(),
        });
        await refusingDuplicates('routeCode', () => em.persist(endpoint).flush());
        await em.refresh(endpoint);
        const after = callbackEndpointView(endpoint);
        record(em, principal, { action: 'callback.create', target: after.id, after });
        return made(201, after.id, after);
      }),
  });
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/callbacks',
    tag,
    summary: 'List endpoints',
    policy,
    query: z.strictObject(pageOf('callbackEndpoint')),
    responses: { 200: { description: 'A page of endpoints', schema: listOf(callbackEndpointSchema) } },
    handle: async ({ principal, query: { limit, cursor } }) => {
      const page = { limit, after: cursor ?? null };
      const found = await scopedTo(unitOfWork(orm), principal).callbackEndpoints(page);
      return { status: 200, body: pageView(found, callbackEndpointView) };
    },
  });
}

function get(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/callbacks/:id',
    tag,
    summary: 'Read an endpoint',
    policy,
    params: idParam('callbackEndpoint'),
    responses: shown,
    handle: async ({ principal, params }) => {
      const endpoint = await scopedTo(unitOfWork(orm), principal).callbackEndpoint(params.id);
      if (endpoint === null) throw noSuchEndpoint();
      return { status: 200, body: callbackEndpointView(endpoint) };
    },
  });
}

function change(): Route {
  return route({
    method: 'patch',
    path: '/v1/callbacks/:id',
    tag,
    summary: 'Change where a route code is delivered, or with which secrets',
    policy,
    idempotency: 'optional',
    params: idParam('callbackEndpoint'),
    body: z.strictObject({ url: url.optional(), secretRefs: secretRefs.optional() }),
    responses: shown,
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const endpoint = await scopedTo(em, principal).callbackEndpoint(params.id);
        if (endpoint === null) throw noSuchEndpoint();
        const before = callbackEndpointView(endpoint);
        em.assign(endpoint, definedOnly({ url: body.url, secretRefs: body.secretRefs?.join(',') }));
        await em.persist(endpoint).flush();
        const after = callbackEndpointView(endpoint);
        record(em, principal, { action: 'callback.change', target: after.id, before, after });
        return made(200, after.id, after);
      }),
  });
}

function remove(): Route {
  return route({
    method: 'delete',
    path: '/v1/callbacks/:id',
    tag,
    summary: 'Remove an endpoint; outcomes for its code are kept as dead until there is one again',
    policy,
    idempotency: 'optional',
    params: idParam('callbackEndpoint'),
    responses: shown,
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const endpoint = await scopedTo(em, principal).callbackEndpoint(params.id);
        if (endpoint === null) throw noSuchEndpoint();
        const before = callbackEndpointView(endpoint);
        record(em, principal, { action: 'callback.remove', target: before.id, before });
        await em.remove(endpoint).flush();
        return made(200, before.id, before);
      }),
  });
}

function deliveries(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/callbacks/deliveries',
    tag,
    summary: 'List deliveries; `dead` ones wait for a person',
    policy,
    query: z.strictObject({
      ...pageOf('callbackDelivery'),
      state: z.enum(['pending', 'delivered', 'dead']).optional(),
      routeCode: z.string().regex(routeCodePattern).optional(),
    }),
    responses: { 200: { description: 'A page of deliveries', schema: listOf(callbackDeliverySchema) } },
    handle: async ({ principal, query: { limit, cursor, ...filter } }) => {
      const page = { limit, after: cursor ?? null };
      const found = await scopedTo(unitOfWork(orm), principal).callbackDeliveries(page, definedOnly(filter));
      return { status: 200, body: pageView(found, callbackDeliveryView) };
    },
  });
}

function resend(): Route {
  return route({
    method: 'post',
    path: '/v1/callbacks/deliveries/:id/resend',
    tag,
    summary: 'Send a delivery again now, with the same `webhook-id` and three days of attempts',
    policy,
    idempotency: 'optional',
    params: idParam('callbackDelivery'),
    body: z.strictObject({}),
    responses: { 200: { description: 'The delivery, due now', schema: callbackDeliverySchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const delivery = await scopedTo(em, principal).callbackDelivery(params.id);
        if (delivery === null) throw new DomainError('not_found', 'There is no such delivery.');
        const before = callbackDeliveryView(delivery);
        em.assign(delivery, { state: 'pending', attempts: 0, dueAt: new Date(), settledAt: null });
        await em.persist(delivery).flush();
        const after = callbackDeliveryView(delivery);
        record(em, principal, { action: 'callback.resend', target: after.id, before, after });
        return made(200, after.id, after);
      }),
  });
}

interface CallbackAct {
  readonly action: 'callback.create' | 'callback.change' | 'callback.remove' | 'callback.resend';
  readonly target: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

function record(em: SqlEntityManager, principal: Principal, act: CallbackAct): void {
  recordAct(em, { ...act, ...signatureOf(principal), organisationId: null });
}

/** What is no address at all was told before. */
function isBareUrl(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, hash } = new URL(text);
  return username === '' && password === '' && hash === '';
}

function noSuchEndpoint(): DomainError {
  return new DomainError('not_found', 'There is no such endpoint.');
}
