import { z } from 'zod';
import { bankAccountOf } from '../../../domain/organisations/bank-account-rules.ts';
import { bankDetailVersions, currentBankDetails } from '../../../entities/organisations/bank-details.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import type { SealKeys } from '../../../entities/sealed-text.ts';
import { addBankDetail } from '../../organisations/bank-detail-writing.ts';
import { bankDetailSchema, bankDetailView } from '../../organisations/organisation-view.ts';
import { keyed, route, type Route } from '../../route.ts';
import { currency, id, idParam, text } from '../../schemas.ts';
import { organisationNamed } from './organisations.route.ts';

const tag = 'Organisations';
const typed = (max: number) => z.string().min(1).max(max);
// A number of an account may look like that of a card, so these are not the API's usual texts.
const accountBody = z
  .strictObject({
    scheme: z.enum(['bsb', 'iban']).meta({ description: '`bsb` for AUD, `iban` for EUR' }),
    accountName: text(70),
    bsb: typed(20)
      .optional()
      .meta({ description: 'Six digits', examples: ['062-000'] }),
    accountNo: typed(20).optional().meta({ description: 'At most nine digits' }),
    iban: typed(50).optional(),
    bic: typed(20).nullable().optional(),
  })
  .meta({ id: 'NewBankDetails' });

/** Where organisations are paid; `keys` seal what is written (decisions D31: a planned payout keeps its version). */
export function bankDetailRoutes(orm: Orm, keys: SealKeys): readonly Route[] {
  return [list(orm), put(keys)];
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/bank-details',
    tag,
    summary: 'List every version of an organisation’s bank details, masked, the newest of each currency first',
    policy: keyed('organisation', 'organisation.manage', 'payments.manage.view'),
    params: idParam('organisation'),
    responses: { 200: { description: 'The versions', schema: z.object({ items: z.array(bankDetailSchema) }) } },
    handle: async ({ principal, params }) => {
      const em = unitOfWork(orm);
      const organisation = await organisationNamed(scopedTo(em, principal), params.id);
      const versions = await bankDetailVersions(em, [organisation.id]);
      const current = new Set(currentBankDetails(versions));
      return { status: 200, body: { items: versions.map((row) => bankDetailView(row, current.has(row))) } };
    },
  });
}

function put(keys: SealKeys): Route {
  return route({
    method: 'put',
    path: '/v1/organisations/:id/bank-details/:currency',
    tag,
    summary: 'Say where an organisation is paid in a currency',
    description:
      'A new version; the old ones stay. Stored sealed and never shown whole. The organisation’s address and the one before it are told. The same account again changes nothing and answers 200.',
    policy: keyed('organisation', 'organisation.manage'),
    idempotency: 'optional',
    params: z.object({ id: id('organisation'), currency }),
    body: accountBody,
    responses: {
      200: { description: 'Already so', schema: bankDetailSchema },
      201: { description: 'The new version', schema: bankDetailSchema },
    },
    handle: async ({ body, params, principal, once }) =>
      once(async (em) => {
        const organisation = await organisationNamed(scopedTo(em, principal), params.id);
        const account = bankAccountOf(body, params.currency);
        return addBankDetail(em, { principal, keys }, { organisation, currency: params.currency, account });
      }),
  });
}
