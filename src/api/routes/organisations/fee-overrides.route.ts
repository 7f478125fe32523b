import { z } from 'zod';
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { decimalUnits } from '../../../domain/decimal-text.ts';
import { DomainError } from '../../../domain/errors.ts';
import { requireSettlementFee } from '../../../domain/organisations/fee-bounds.ts';
import { signatureOf } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { FeeOverride } from '../../../entities/organisations/fee-override.entity.ts';
import { feeOverrideOf, feeOverrides } from '../../../entities/organisations/fee-overrides.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import type { Shelf } from '../../../entities/shelf.ts';
import { feeOverrideSchema, feeOverrideView, percent } from '../../organisations/fee-view.ts';
import { made } from '../../once.ts';
import { refusedField } from '../../refused-field.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam } from '../../schemas.ts';

const tag = 'Fees';
const editors = keyed('platform', 'payments.global.edit');

/** Fees of single organisations in place of the default: one each at most, never changed but taken away (cobalt.md 1.6). */
export function feeOverrideRoutes(shelf: Shelf): readonly Route[] {
  return [list(shelf), add(), remove()];
}

function list({ orm }: Shelf): Route {
  return route({
    method: 'get',
    path: '/v1/fees/overrides',
    tag,
    summary: 'List the organisations with a fee of their own',
    policy: keyed('platform', 'payments.global.view'),
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(500).default(100),
      cursor: id('organisation').optional().meta({ description: '`next_cursor` of the page before' }),
    }),
    responses: {
      200: {
        description: 'A page of overrides',
        schema: z.object({ items: z.array(feeOverrideSchema), next_cursor: z.string().nullable() }),
      },
    },
    handle: async ({ query: { limit, cursor } }) => {
      const rows = await feeOverrides(unitOfWork(orm), { after: cursor, limit: limit + 1 });
      const page = rows.slice(0, limit);
      const next = rows.length > limit ? (page.at(-1)?.organisationId ?? null) : null;
      return { status: 200, body: { items: page.map(feeOverrideView), next_cursor: next } };
    },
  });
}

function add(): Route {
  return route({
    method: 'post',
    path: '/v1/fees/overrides',
    tag,
    summary: 'Give an organisation a fee of its own; refused while it has one',
    policy: editors,
    idempotency: 'optional',
    body: z.strictObject({ organisation: id('organisation'), feePercent: percent(2) }).meta({ id: 'NewFeeOverride' }),
    responses: { 201: { description: 'The override', schema: feeOverrideSchema } },
    handle: async ({ body, principal, once }) => {
      const feeBp = decimalUnits(body.feePercent, 2);
      requireSettlementFee(feeBp, 'feePercent');
      return once(async (em) => {
        const organisation = await scopedTo(em, principal).organisation(body.organisation);
        if (organisation === null) throw refusedField('not_found', 'organisation', 'names no organisation');
        const row = em.create(FeeOverride, {
          ...{ organisationId: organisation.id, feeBp, createdAt: new Date() },
          ...signatureOf(principal),
        });
        await saveOnce(em, row);
        const view = feeOverrideView(row);
        const act = { action: 'fees.override', target: organisation.id, organisationId: organisation.id, after: view };
        recordAct(em, { ...signatureOf(principal), ...act });
        return made(201, organisation.id, view);
      });
    },
  });
}

async function saveOnce(em: SqlEntityManager, row: FeeOverride): Promise<void> {
  try {
    await em.persist(row).flush();
  } catch (error) {
    if (!(error instanceof UniqueConstraintViolationException)) throw error;
    throw new DomainError('override_exists', 'Delete the organisation’s override before you add another one.');
  }
}

function remove(): Route {
  return route({
    method: 'delete',
    path: '/v1/fees/overrides/:id',
    tag,
    summary: 'Take an organisation’s own fee away; the default is in force again',
    policy: editors,
    idempotency: 'optional',
    params: idParam('organisation'),
    responses: { 200: { description: 'What was taken away', schema: feeOverrideSchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const row = await feeOverrideOf(em, params.id);
        if (row === null) throw new DomainError('not_found', 'The organisation has no override.');
        const view = feeOverrideView(row);
        em.remove(row);
        const target = { target: row.organisationId, organisationId: row.organisationId };
        recordAct(em, { ...signatureOf(principal), action: 'fees.override_removed', ...target, before: view });
        await em.flush();
        return made(200, view.organisation, view);
      }),
  });
}
