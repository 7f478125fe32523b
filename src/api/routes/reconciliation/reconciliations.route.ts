import { z } from 'zod';
import { decisions, differenceKinds } from '../../../domain/reconciliation/reconciliation.ts';
import { listDifferences, loadDifference } from '../../../entities/reconciliation/differences.read.ts';
import {
  listRuns,
  loadRun,
  type ReconciliationRunFacts,
} from '../../../entities/reconciliation/reconciliation-runs.ts';
import { beginAfter } from '../../begin-after.ts';
import { differenceView, resolveDifference } from '../../reconciliation/difference-resolving.ts';
import { instant } from '../../local-days.ts';
import { made } from '../../once.ts';
import {
  planReconciliation,
  startReconciliation,
  writeReconciliation,
  type ReconciliationParts,
} from '../../reconciliation/reconciliation-starting.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam, listOf, text } from '../../schemas.ts';

const tag = 'Reconciliation';
const viewers = keyed('platform', 'payments.global.view');
const editors = keyed('platform', 'payments.global.edit');
const states = ['open', 'accepted', 'closed'] as const;

const runSchema = z
  .object({
    id: id('reconciliationRun'),
    processorAccount: id('processorAccount'),
    cause: z.enum(['schedule', 'manual']),
    state: z.enum(['running', 'done']),
    from: z.string(),
    until: z.string(),
    readUntil: z.string(),
    startedBy: z.string(),
    createdAt: z.string(),
    figures: z.record(z.string(), z.int()),
  })
  .meta({ id: 'Reconciliation' });

const differenceSchema = z
  .object({
    id: id('reconciliationDifference'),
    no: z.int(),
    place: z.string().meta({ description: 'A processor account, or the code of a bank account' }),
    subject: z.string(),
    kind: z.enum(differenceKinds),
    state: z.enum(states),
    isAlarm: z.boolean(),
    currency: z.string(),
    theirs: z.int().nullable().meta({ description: 'Signed minor units at the processor or bank' }),
    ours: z.int().nullable().meta({ description: 'The same in the book' }),
    theirsRef: z.string().nullable(),
    ledgerTransaction: z.string().nullable(),
    detail: z.string(),
    advice: z.string(),
    decision: z.enum(decisions).nullable(),
    reason: z.string().nullable(),
    decidedBy: z.string().nullable(),
    createdAt: z.string(),
    updatedAt: z.string(),
    closedAt: z.string().nullable(),
  })
  .meta({ id: 'Difference' });

const page = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
};

/** Processors' books against ours: runs, differences, and what people say of them. */
export function reconciliationRoutes(parts: ReconciliationParts): readonly Route[] {
  return [start(parts), runs(parts), run(parts), differences(parts), difference(parts), resolve()];
}

function start(parts: ReconciliationParts): Route {
  return route({
    method: 'post',
    path: '/v1/reconciliations',
    tag,
    summary: "Compare a processor's books with ours, now",
    description: 'Reads day by day from the last time, or from `from`. Reading again what was read changes nothing.',
    policy: editors,
    idempotency: 'required',
    body: z
      .strictObject({ processorAccount: id('processorAccount'), from: instant.optional(), until: instant.optional() })
      .meta({ id: 'NewReconciliation' }),
    responses: { 202: { description: 'Under way', schema: runSchema } },
    handle: async ({ principal, body: wish, once }) => {
      const planned = await planReconciliation(parts, { principal, wish });
      const answer = await once(async (em) => {
        const run = await writeReconciliation(em, { principal, planned });
        return made(202, run.id, runView(run));
      });
      return beginAfter(answer, (runId) => startReconciliation(parts, runId));
    },
  });
}

function runs({ pool }: ReconciliationParts): Route {
  return route({
    method: 'get',
    path: '/v1/reconciliations',
    tag,
    summary: 'List reconciliations, the newest first',
    policy: viewers,
    query: z.strictObject({ ...page, processorAccount: id('processorAccount').optional() }),
    responses: { 200: { description: 'A page of runs', schema: listOf(runSchema) } },
    handle: async ({ query }) => {
      const { limit, cursor, processorAccount } = query;
      const found = await listRuns(pool, {
        limit,
        before: cursor ?? null,
        processorAccountId: processorAccount ?? null,
      });
      return { status: 200, body: { items: found.map(runView), next_cursor: cursorOf(found, limit) } };
    },
  });
}

function run({ pool }: ReconciliationParts): Route {
  return route({
    method: 'get',
    path: '/v1/reconciliations/:id',
    tag,
    summary: 'Read a reconciliation and how far it has come',
    policy: viewers,
    params: idParam('reconciliationRun'),
    responses: { 200: { description: 'As it stands', schema: runSchema } },
    handle: async ({ params }) => ({ status: 200, body: runView(await loadRun(pool, params.id)) }),
  });
}

function differences({ pool }: ReconciliationParts): Route {
  return route({
    method: 'get',
    path: '/v1/reconciliation-differences',
    tag,
    summary: 'List where the books of processors and banks differ from ours, with what to do',
    description: 'Open ones by default. `timing` is no alarm: the other side may still show it.',
    policy: viewers,
    query: z.strictObject({
      ...page,
      state: z.enum(states).default('open'),
      kind: z.enum(differenceKinds).optional(),
      place: z.string().max(160).optional(),
    }),
    responses: { 200: { description: 'A page of differences', schema: listOf(differenceSchema) } },
    handle: async ({ query }) => {
      const { limit, cursor, state, kind, place } = query;
      const wanted = { limit, after: cursor ?? null, state, kind: kind ?? null, place: place ?? null };
      const found = await listDifferences(pool, wanted);
      return { status: 200, body: { items: found.map(differenceView), next_cursor: cursorOf(found, limit) } };
    },
  });
}

function difference({ pool }: ReconciliationParts): Route {
  return route({
    method: 'get',
    path: '/v1/reconciliation-differences/:id',
    tag,
    summary: 'Read a difference',
    policy: viewers,
    params: idParam('reconciliationDifference'),
    responses: { 200: { description: 'As it stands', schema: differenceSchema } },
    handle: async ({ params }) => ({ status: 200, body: differenceView(await loadDifference(pool, params.id)) }),
  });
}

function resolve(): Route {
  return route({
    method: 'post',
    path: '/v1/reconciliation-differences/:id/resolution',
    tag,
    summary: 'Say what becomes of an open difference',
    description:
      '`accept`: it stays, and comes back only if its figures change. `corrected`: a booking put it right. `repost`: the processor’s events about it are read again.',
    policy: editors,
    idempotency: 'optional',
    params: idParam('reconciliationDifference'),
    body: z.strictObject({ decision: z.enum(decisions), reason: text(500) }).meta({ id: 'DifferenceResolution' }),
    responses: { 200: { description: 'As it stands then', schema: differenceSchema } },
    handle: async ({ principal, params, body: resolution, once }) =>
      once(async (em) => {
        const after = await resolveDifference(em, { id: params.id, principal, resolution });
        return made(200, after.id, differenceView(after));
      }),
  });
}

function runView(found: ReconciliationRunFacts) {
  const { id, processorAccountId, cause, state, from, until, readUntil, startedBy, createdAt } = found;
  const { linesRead, claimsSeen, feesPosted, payoutsPosted, matched, opened, closed } = found;
  const figures = { linesRead, claimsSeen, feesPosted, payoutsPosted, matched, opened, closed };
  return {
    id,
    processorAccount: processorAccountId,
    cause,
    state,
    from,
    until,
    readUntil,
    startedBy,
    createdAt,
    figures,
  };
}

function cursorOf(found: readonly { readonly no: number }[], limit: number): string | null {
  return found.length < limit ? null : String(found.at(-1)?.no ?? '');
}
