import type { UpdateDefinition } from '@temporalio/common';
import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import type { SaleState } from '../../../domain/counter/sale.ts';
import { admitsCommand, isFinalSaleState } from '../../../domain/counter/sale.ts';
import type { SaleAnswer } from '../../../domain/counter/sale-snapshot.ts';
import type { ClosedCommand } from '../../../domain/counter/sale-over.ts';
import type { SaleFacts } from '../../../entities/counter/sale-facts.ts';
import type { Act } from '../../../entities/audit.ts';
import { hasReader } from '../../../entities/counter/sale-intake.ts';
import { findSale, listSales, saleEvents, type SaleRow } from '../../../entities/counter/sales.read.ts';
import { cancel, capture, resolve, retry } from '../../../workflows/counter/terminal-sale.messages.ts';
import { keyed, route, type Policy, type Response, type Route } from '../../route.ts';
import { refusedField } from '../../refused-field.ts';
import {
  cancelSchema,
  capturedAmount,
  captureSchema,
  newSaleSchema,
  resolveSchema,
  retrySchema,
  saleListQuery,
} from '../../counter/sale-requests.ts';
import { saleEventSchema, saleEventView, saleRowView, saleSchema } from '../../counter/sale-view.ts';
import { commandSale, createSale, noSuchSale, type SaleWritingParts } from '../../counter/sale-writing.ts';
import { idParam, listOf } from '../../schemas.ts';

const tag = 'Sales';
const shown: Response = { description: 'The sale as it stands', schema: saleSchema };
const later: Response = {
  description:
    'Not known within the deadline: the sale as it stands, look again at `Location`, or repeat with the same key',
  schema: saleSchema,
};

/** Sales at a reader: make, read, and the commands of staff. */
export function saleRoutes(parts: SaleWritingParts): readonly Route[] {
  return [
    create(parts),
    list(parts),
    get(parts),
    timeline(parts),
    captureRoute(parts),
    cancelRoute(parts),
    retryRoute(parts),
    resolveRoute(parts),
  ];
}

function create(parts: SaleWritingParts): Route {
  return route({
    method: 'post',
    path: '/v1/sales',
    tag,
    summary: 'Put a sale on a reader',
    description:
      'Answers when the reader has acknowledged, or with the reason why not (409 with the sale, which may be retried or canceled).',
    policy: keyed('site', 'sales.use'),
    idempotency: 'required',
    body: newSaleSchema,
    responses: { 201: { description: 'The reader awaits a card', schema: saleSchema }, 202: later },
    handle: async ({ principal, write, body }) => {
      invariant(write !== null, 'A sale without a key');
      return createSale(parts, { principal, write, body });
    },
  });
}

function list({ pool }: SaleWritingParts): Route {
  return route({
    method: 'get',
    path: '/v1/sales',
    tag,
    summary: 'List sales, the newest first',
    policy: keyed('site', 'sales.view'),
    query: saleListQuery,
    responses: { 200: { description: 'A page of sales', schema: listOf(saleSchema) } },
    handle: async ({ principal, query }) => {
      const needsAttention = query.needsAttention === undefined ? undefined : query.needsAttention === 'true';
      const { site: siteId, reader: readerId, state, from, to, limit } = query;
      const filter = { siteId, readerId, state, needsAttention, from, to, before: query.cursor, limit };
      const rows = await listSales(pool, principal, filter);
      const page = rows.slice(0, limit);
      return {
        status: 200,
        body: {
          items: page.map(saleRowView),
          next_cursor: rows.length > limit ? (page.at(-1)?.facts.id ?? null) : null,
        },
      };
    },
  });
}

function get({ pool }: SaleWritingParts): Route {
  return route({
    method: 'get',
    path: '/v1/sales/:id',
    tag,
    summary: 'Read a sale',
    policy: keyed('site', 'sales.view'),
    params: idParam('sale'),
    responses: { 200: shown },
    handle: async ({ principal, params }) => {
      const sale = await findSale(pool, principal, params.id);
      if (sale === null) throw noSuchSale();
      return { status: 200, body: saleRowView(sale) };
    },
  });
}

function timeline({ pool }: SaleWritingParts): Route {
  return route({
    method: 'get',
    path: '/v1/sales/:id/timeline',
    tag,
    summary: 'Read what happened to a sale, and why',
    policy: keyed('site', 'sales.view'),
    params: idParam('sale'),
    responses: {
      200: { description: 'All events, oldest first', schema: z.object({ items: z.array(saleEventSchema) }) },
    },
    handle: async ({ principal, params }) => {
      const sale = await findSale(pool, principal, params.id);
      if (sale === null) throw noSuchSale();
      const events = await saleEvents(pool, sale.facts.id, 0);
      return { status: 200, body: { items: events.map(saleEventView) } };
    },
  });
}

interface CommandSpec<B extends z.ZodType, Command> {
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly policy: Policy;
  readonly body: B;
  readonly update: UpdateDefinition<SaleAnswer, [Command]>;
  readonly admits: (state: SaleState) => boolean;
  /** What is written down of a privileged act, and why it was done. */
  readonly act?: (body: z.output<B>) => Pick<Act, 'action' | 'after' | 'reason'>;
  readonly message: (body: z.output<B>, context: { facts: SaleFacts; actor: string }) => Command;
  readonly whenOver: (body: z.output<B>, facts: SaleFacts) => ClosedCommand;
  readonly check?: (body: z.output<B>, facts: SaleFacts) => Promise<void>;
}

/** A command of staff: sent to the sale's workflow once per key, answered with the sale as it then stands. */
function command<B extends z.ZodType, Command>(parts: SaleWritingParts, spec: CommandSpec<B, Command>): Route {
  const { name, summary, description, policy, body, update, admits, act } = spec;
  return route({
    method: 'post',
    path: `/v1/sales/:id/${name}`,
    tag,
    summary,
    ...(description === undefined ? {} : { description }),
    policy,
    idempotency: 'required',
    params: idParam('sale'),
    body,
    responses: { 200: shown, 202: later },
    handle: async (request) => {
      const { principal, write, params } = request;
      invariant(write !== null, `A ${name} without a key`);
      return commandSale(parts, {
        principal,
        write,
        saleId: params.id,
        update,
        admits,
        ...(act === undefined ? {} : { act: (sale) => actOf(principal, sale, act(request.body)) }),
        message: (facts) => spec.message(request.body, { facts, actor: principal.keyId }),
        whenOver: (facts) => spec.whenOver(request.body, facts),
        check: async (facts) => spec.check?.(request.body, facts),
      });
    },
  });
}

function actOf(principal: Principal, { facts, snapshot }: SaleRow, act: Pick<Act, 'action' | 'after' | 'reason'>): Act {
  const { state, attentionReason } = snapshot;
  const before = { state, attentionReason };
  return { ...act, ...signatureOf(principal), target: facts.id, organisationId: facts.organisationId, before };
}

function captureRoute(parts: SaleWritingParts): Route {
  return command(parts, {
    name: 'capture',
    summary: 'Take authorized money, in whole or in part',
    policy: keyed('site', 'sales.use'),
    body: captureSchema,
    update: capture,
    admits: (state) => admitsCommand('capture', state),
    message: (body, { facts, actor }) => {
      const amountMinor = capturedAmount(body, facts.currency);
      return { actor, ...(amountMinor === undefined ? {} : { amountMinor }) };
    },
    whenOver: (body, facts) => ({ kind: 'capture', amountMinor: capturedAmount(body, facts.currency) }),
  });
}

function cancelRoute(parts: SaleWritingParts): Route {
  return command(parts, {
    name: 'cancel',
    summary: 'Give a sale up before the money is taken',
    description: 'Says truthfully who won: a card that was faster leaves the sale authorized or captured (409).',
    policy: keyed('site', 'sales.use'),
    body: cancelSchema,
    update: cancel,
    admits: (state) => admitsCommand('cancel', state),
    message: (body, { actor }) => ({ actor, reason: body.reason ?? 'canceled at the till' }),
    whenOver: () => ({ kind: 'cancel' }),
  });
}

function retryRoute(parts: SaleWritingParts): Route {
  return command(parts, {
    name: 'retry',
    summary: 'Try a declined sale again, at the same reader or another of the site',
    policy: keyed('site', 'sales.use'),
    body: retrySchema,
    update: retry,
    admits: (state) => admitsCommand('retry', state),
    message: (body) => (body.reader === undefined ? {} : { readerId: body.reader }),
    whenOver: () => ({ kind: 'retry' }),
    check: async (body, facts) => {
      if (body.reader === undefined || (await hasReader(parts.pool, facts.siteId, body.reader))) return;
      throw refusedField('not_found', 'reader', 'names no reader of this site');
    },
  });
}

function resolveRoute(parts: SaleWritingParts): Route {
  return command(parts, {
    name: 'resolve',
    summary: 'Decide what the system could not decide',
    policy: keyed('organisation', 'sales.resolve'),
    body: resolveSchema,
    update: resolve,
    admits: (state) => !isFinalSaleState(state),
    act: ({ decision, reason }) => ({ action: 'sale.resolve', after: { decision }, reason }),
    message: (body, { actor }) => ({ ...body, actor }),
    whenOver: () => ({ kind: 'resolve' }),
  });
}
