import type { SqlEntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import type { Principal } from '../../../domain/principal.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import type { PayoutFile } from '../../../entities/settlement/payout-file.entity.ts';
import { ScopedPayouts } from '../../../entities/settlement/scoped-payouts.ts';
import { acceptPayoutFile, readPayoutFile, writePayoutFile } from '../../settlement/payout-file-writing.ts';
import { payoutFileFormats, payoutFileSchema, payoutFileView } from '../../settlement/payout-view.ts';
import type { PayoutParts } from '../../settlement/payout-writing.ts';
import { keyed, route, type Route } from '../../route.ts';
import { currency, id, idParam, listOf, pageOf, text } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'Payouts';
const params = idParam('payoutFile');
const viewers = keyed('platform', 'payments.global.view');
const editors = keyed('platform', 'payments.global.edit');

/** Files that banks pay by (decisions D30). */
export function payoutFileRoutes(parts: PayoutParts): readonly Route[] {
  return [create(parts), list(parts), get(parts), content(parts), accept()];
}

function create({ payoutSettings }: PayoutParts): Route {
  return route({
    method: 'post',
    path: '/v1/payout-files',
    tag,
    summary: 'Write a bank file with all payouts that wait for one',
    description:
      'ABA pays AUD, pain.001.001.09 pays EUR, CSV is for whoever keys payments in. A payout stands in one file; what the bank sends back and is retried goes into the next one. Audited.',
    policy: editors,
    idempotency: 'required',
    body: z
      .strictObject({
        currency,
        format: z.enum(payoutFileFormats),
        run: id('settlementRun').optional().meta({ description: 'Only those of one settlement run' }),
      })
      .meta({ id: 'NewPayoutFile' }),
    responses: { 201: { description: 'Written; its payouts are filed', schema: payoutFileSchema } },
    handle: ({ principal, body: wish, once }) => once((em) => writePayoutFile(em, payoutSettings, { principal, wish })),
  });
}

function list({ orm }: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/payout-files',
    tag,
    summary: 'List bank files, the newest first',
    policy: viewers,
    query: z.strictObject(pageOf('payoutFile')),
    responses: { 200: { description: 'A page of files', schema: listOf(payoutFileSchema) } },
    handle: async ({ principal, query: { limit, cursor } }) => {
      const page = await new ScopedPayouts(unitOfWork(orm), principal).files({ limit, after: cursor ?? null });
      return { status: 200, body: pageView(page, payoutFileView) };
    },
  });
}

function get({ orm }: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/payout-files/:id',
    tag,
    summary: 'Read what is known of a bank file',
    policy: viewers,
    params,
    responses: { 200: { description: 'The file', schema: payoutFileSchema } },
    handle: async ({ principal, params: { id: file } }) => {
      return { status: 200, body: payoutFileView(await fileIn(unitOfWork(orm), principal, file)) };
    },
  });
}

const contentTypes = { aba: 'text/plain', pain001: 'application/xml', csv: 'text/csv' } as const;
const extensions = { aba: 'aba', pain001: 'xml', csv: 'csv' } as const;

function content({ orm, payoutSettings }: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/payout-files/:id/content',
    tag,
    summary: 'Download a bank file: the same bytes each time',
    description: 'It names bank accounts, so it takes the right to pay. Audited.',
    policy: editors,
    params,
    responses: { 200: { description: 'UTF-8', contentType: 'text/plain' } },
    handle: ({ principal, params: { id: fileId } }) =>
      unitOfWork(orm).transactional(async (em) => {
        const file = await fileIn(em, principal, fileId);
        const bytes = readPayoutFile(em, payoutSettings, { principal, file });
        const name = `payouts-${file.no}.${extensions[file.format]}`;
        const headers = {
          'Content-Type': `${contentTypes[file.format]}; charset=utf-8`,
          'Content-Disposition': `attachment; filename="${name}"`,
        };
        return { status: 200, body: bytes, headers };
      }),
  });
}

function accept(): Route {
  return route({
    method: 'post',
    path: '/v1/payout-files/:id/acceptance',
    tag,
    summary: 'Tell that the bank took a file',
    description:
      'Direct entry has no other yes: payments that did not come back within three business days after this are taken for paid. Audited.',
    policy: editors,
    idempotency: 'optional',
    params,
    body: z.strictObject({ reason: text(120) }),
    responses: { 200: { description: 'The file', schema: payoutFileSchema } },
    handle: ({ principal, params: { id: fileId }, body, once }) =>
      once(async (em) =>
        acceptPayoutFile(em, { principal, file: await fileIn(em, principal, fileId), reason: body.reason }),
      ),
  });
}

async function fileIn(em: SqlEntityManager, principal: Principal, fileId: string): Promise<PayoutFile> {
  const file = await new ScopedPayouts(em, principal).file(fileId);
  if (file === null) throw new DomainError('not_found', 'There is no such file.');
  return file;
}
