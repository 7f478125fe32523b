import { z } from 'zod';
import { isCurrency } from '../../domain/currency.ts';
import type { DomainError } from '../../domain/errors.ts';
import { organisationId, processorAccountId } from '../../domain/ids.ts';
import { signatureOf } from '../../domain/principal.ts';
import { recordAct } from '../../entities/audit.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import { refusingDuplicates } from '../duplicates.ts';
import { made } from '../once.ts';
import { keyed, route, type Route } from '../route.ts';
import { refusedField } from '../refused-field.ts';
import { country, currency, id, listOf, pageOf } from '../schemas.ts';
import { secretRef } from '../secret-reference.ts';
import { pageView, processorAccountSchema, processorAccountView } from '../views.ts';

const tag = 'Processor accounts';

const newAccount = z
  .strictObject({
    provider: z.enum(['stripe']),
    mode: z.enum(['own_keys', 'destination', 'connected_direct']),
    externalRef: z
      .string()
      .regex(/^[\x21-\x7e]{1,120}$/)
      .meta({ examples: ['acct_…'] }),
    organisation: id('organisation').optional().meta({ description: 'Absent: every organisation may sell through it' }),
    livemode: z.boolean(),
    publishableKey: z
      .string()
      .regex(/^pk_[\x21-\x7e]{1,250}$/)
      .optional(),
    secretRef,
    webhookSecretRefs: z.array(secretRef).max(3),
    country,
    settlementCurrencies: z.array(currency.refine(isCurrency, 'is not supported')).min(1).max(30),
  })
  .meta({ id: 'NewProcessorAccount' });

/** Accounts at processors (decisions D59). */
export function processorAccountRoutes(orm: Orm): readonly Route[] {
  return [create(), list(orm)];
}

function create(): Route {
  return route({
    method: 'post',
    path: '/v1/processor-accounts',
    tag,
    summary: 'Add an account at a processor',
    policy: keyed('platform', 'processor.manage'),
    idempotency: 'optional',
    body: newAccount,
    responses: { 201: { description: 'The new account', schema: processorAccountSchema } },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const { organisation, ...given } = body;
        const owner = organisation === undefined ? null : await scopedTo(em, principal).organisation(organisation);
        if (organisation !== undefined && owner === null)
          throw refusedField('not_found', 'organisation', 'names no organisation');
        const account = em.create(ProcessorAccount, {
          ...given,
          id: processorAccountId(newId('processorAccount')),
          organisationId: organisation === undefined ? null : organisationId(organisation),
          platformAccountId: null,
          publishableKey: body.publishableKey ?? null,
          webhookSecretRefs: body.webhookSecretRefs.join(','),
          apiVersion: null,
          settlementCurrencies: [...new Set(body.settlementCurrencies)].join(','),
          eventsReadUntil: null,
          createdAt: new Date(),
        });
        await refusingDuplicates('externalRef', () => em.persist(account).flush());
        const view = processorAccountView(account);
        recordAct(em, {
          ...signatureOf(principal),
          action: 'processor_account.create',
          target: view.id,
          organisationId: account.organisationId ?? null,
          after: view,
        });
        return made(201, view.id, view);
      }),
  });
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/processor-accounts',
    tag,
    summary: 'List the accounts that may be sold through',
    policy: keyed('organisation', 'processor.manage', 'site.manage'),
    query: z.strictObject(pageOf('processorAccount')),
    responses: { 200: { description: 'A page of accounts', schema: listOf(processorAccountSchema) } },
    handle: async ({ principal, query }) => {
      const page = { limit: query.limit, after: query.cursor ?? null };
      const found = await scopedTo(unitOfWork(orm), principal).processorAccounts(page);
      return { status: 200, body: pageView(found, processorAccountView) };
    },
  });
}

/** An unknown account, or one that the caller may not sell through. */
export function noSuchAccount(): DomainError {
  return refusedField('not_found', 'processorAccount', 'names no account that you may sell through');
}
