import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import { keyed, route, type Route } from '../../route.ts';
import { idParam, listOf, pageOf, zone } from '../../schemas.ts';
import { previewSettlement, showItems, showRuns, showSettlement } from '../../settlement/settlement-reading.ts';
import { itemSchema, previewSchema, runSchema, settlementSchema } from '../../settlement/settlement-view.ts';
import { startSettlement, type SettlementParts } from '../../settlement/settlement-writing.ts';

const tag = 'Settlements';
const viewers = keyed('platform', 'payments.global.view');
const params = idParam('settlementRun');
const period = z.string().max(20).meta({ description: 'The local month, as 2026-10' });
const capsShort = z.boolean().meta({
  description:
    'Who has less than planned when it is posted is settled with what is above the float, instead of not at all',
});

/** Paying organisations what they are owed for a month (cobalt.md 2.14). */
export function settlementRoutes(parts: SettlementParts): readonly Route[] {
  // The preview comes first: its address is no identifier.
  return [preview(parts), start(parts), list(parts), get(parts), items(parts)];
}

function preview(parts: SettlementParts): Route {
  return route({
    method: 'get',
    path: '/v1/settlements/preview',
    tag,
    summary: 'See what would be settled now; nothing is written',
    policy: viewers,
    query: z.strictObject({
      period: period.optional().meta({ description: 'Default: the last month that is over' }),
      zone,
      capsShort: z.enum(['true', 'false']).default('false'),
    }),
    responses: { 200: { description: 'The plan that a run would make', schema: previewSchema } },
    handle: async ({ query: { capsShort: caps, ...asked } }) => ({
      status: 200,
      body: await previewSettlement(parts, { ...asked, capsShort: caps === 'true' }),
    }),
  });
}

function start(parts: SettlementParts): Route {
  return route({
    method: 'post',
    path: '/v1/settlements',
    tag,
    summary: "Plan the settlement of a zone's organisations for a month that is over",
    description:
      'The plan is frozen and waits for approval. Organisations that another run has settled for the month, or means to, are left out: a second run of a month settles nobody twice.',
    policy: keyed('platform', 'payments.global.edit'),
    idempotency: 'required',
    body: z.strictObject({ period, zone, capsShort: capsShort.default(false) }).meta({ id: 'NewSettlement' }),
    responses: {
      201: { description: 'Planned', schema: settlementSchema },
      202: { description: 'Not planned within the deadline: look again at `Location`', schema: settlementSchema },
    },
    handle: async ({ principal, body: wish, write }) => {
      invariant(write !== null, 'A settlement without a key');
      return startSettlement(parts, { principal, write, wish });
    },
  });
}

function list(parts: SettlementParts): Route {
  return route({
    method: 'get',
    path: '/v1/settlements',
    tag,
    summary: 'List settlements, the newest first',
    policy: viewers,
    query: z.strictObject({ ...pageOf('settlementRun'), period: period.optional(), zone: zone.optional() }),
    responses: { 200: { description: 'A page of them', schema: listOf(runSchema) } },
    handle: async ({ query }) => ({ status: 200, body: await showRuns(parts, query) }),
  });
}

function get(parts: SettlementParts): Route {
  return route({
    method: 'get',
    path: '/v1/settlements/:id',
    tag,
    summary: 'Read a settlement: how far it is, its sums, and what needs a person',
    policy: viewers,
    params,
    responses: { 200: { description: 'As it stands', schema: settlementSchema } },
    handle: ({ params: { id } }) => showSettlement(parts, id),
  });
}

function items(parts: SettlementParts): Route {
  return route({
    method: 'get',
    path: '/v1/settlements/:id/items',
    tag,
    summary: 'List the organisations of a settlement, each with its figures and state',
    policy: viewers,
    params,
    query: z.strictObject(pageOf('settlementItem')),
    responses: { 200: { description: 'A page of them', schema: listOf(itemSchema) } },
    handle: async ({ params: { id }, query }) => ({ status: 200, body: await showItems(parts, id, query) }),
  });
}
