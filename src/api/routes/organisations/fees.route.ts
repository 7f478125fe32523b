import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { requireFeeFigures } from '../../../domain/organisations/fee-bounds.ts';
import { feeSettingId } from '../../../domain/ids.ts';
import { signatureOf } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { FeeSetting } from '../../../entities/organisations/fee-setting.entity.ts';
import { effectiveFee, feeHistory } from '../../../entities/organisations/fees.read.ts';
import { newId } from '../../../entities/new-id.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import type { Shelf } from '../../../entities/shelf.ts';
import {
  effectiveFeeSchema,
  effectiveFeeView,
  feeFiguresOf,
  feesSchema,
  feesView,
  newFees,
} from '../../organisations/fee-view.ts';
import { made } from '../../once.ts';
import { keyed, route, type Route } from '../../route.ts';
import { idParam } from '../../schemas.ts';
import { feeOverrideRoutes } from './fee-overrides.route.ts';

const tag = 'Fees';
const viewers = keyed('platform', 'payments.global.view');

/** What settlements and refunds cost: for all, and for one organisation (cobalt.md 1.5, 1.6, 2.16). */
export function feeRoutes(shelf: Shelf): readonly Route[] {
  return [read(shelf), set(), history(shelf), ...feeOverrideRoutes(shelf), ofOrganisation(shelf)];
}

function read({ pool }: Shelf): Route {
  return route({
    method: 'get',
    path: '/v1/fees',
    tag,
    summary: 'Read the fees in force',
    policy: viewers,
    responses: { 200: { description: 'The newest setting', schema: feesSchema } },
    handle: async () => {
      const [newest] = await feeHistory(pool, 1);
      if (newest === undefined) throw new DomainError('fees_not_set', 'No fees are set yet.');
      return { status: 200, body: feesView(newest, true) };
    },
  });
}

function set(): Route {
  return route({
    method: 'put',
    path: '/v1/fees',
    tag,
    summary: 'Set the fees; the earlier setting stays in the history',
    description: 'Settlements that are planned already keep the fees of their plan; refunds go by these at once.',
    policy: keyed('platform', 'payments.global.edit'),
    idempotency: 'optional',
    body: newFees,
    responses: { 200: { description: 'The new setting', schema: feesSchema } },
    handle: async ({ body, principal, once }) => {
      const figures = feeFiguresOf(body);
      requireFeeFigures(figures);
      return once(async (em) => {
        const row = {
          ...{ id: feeSettingId(newId('feeSetting')), ...figures, createdAt: new Date() },
          ...signatureOf(principal),
        };
        await em.persist(em.create(FeeSetting, row)).flush();
        const view = feesView({ ...row, createdAt: row.createdAt.toISOString() }, true);
        const act = { action: 'fees.set', target: row.id, organisationId: null, after: view };
        recordAct(em, { ...signatureOf(principal), ...act });
        return made(200, row.id, view);
      });
    },
  });
}

function history({ pool }: Shelf): Route {
  return route({
    method: 'get',
    path: '/v1/fees/history',
    tag,
    summary: 'List every setting of the fees, the newest, which is in force, first',
    policy: viewers,
    query: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
    responses: { 200: { description: 'The settings', schema: z.object({ items: z.array(feesSchema) }) } },
    handle: async ({ query: { limit } }) => {
      const rows = await feeHistory(pool, limit);
      return { status: 200, body: { items: rows.map((row, at) => feesView(row, at === 0)) } };
    },
  });
}

function ofOrganisation(shelf: Shelf): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/fee',
    tag,
    summary: 'Read what an organisation’s settlement costs: its override, else the default',
    policy: keyed('organisation', 'organisation.view', 'payments.manage.view'),
    params: idParam('organisation'),
    responses: { 200: { description: 'The fee', schema: effectiveFeeSchema } },
    handle: async ({ principal, params }) => {
      const organisation = await scopedTo(unitOfWork(shelf.orm), principal).organisation(params.id);
      if (organisation === null) throw new DomainError('not_found', 'There is no such organisation.');
      const fee = (await effectiveFee(shelf, [organisation.id])).get(organisation.id);
      if (fee === undefined) throw new DomainError('fees_not_set', 'No fees are set yet.');
      return { status: 200, body: effectiveFeeView(organisation.id, fee) };
    },
  });
}
