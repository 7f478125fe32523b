import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { invariant } from '../../../domain/invariant.ts';
import type { Organisation } from '../../../entities/organisations/organisation.entity.ts';
import { consenting } from '../../../entities/members/member-consents.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { creditorOf } from '../../members/iou-writing.ts';
import { createBatch, type BatchParts } from '../../payments/payment-batch.ts';
import { paymentSchema } from '../../payments/payment-view.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, positiveMoney, text } from '../../schemas.ts';
import { entryTypeSchema } from './payments.route.ts';

const answer = z.object({ id: id('paymentBatch'), items: z.array(paymentSchema) });
const charge = z.strictObject({
  member: id('member'),
  amount: positiveMoney,
  description: text(255),
  type: entryTypeSchema.optional(),
  session: text(120).optional(),
  event: text(120).optional(),
  paymentType: text(60).optional(),
});

/** Organisations charge members who have consented, for themselves and nobody else (decisions D32). */
export function chargeRoutes(parts: BatchParts): readonly Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/charges',
      tag: 'Payments',
      summary: 'Charge members’ balances as an organisation, with their consent',
      description:
        'Each is paid from the balance or an automatic top-up, or refused by itself. Never opens a checkout.',
      policy: keyed('organisation', 'payments.charge'),
      idempotency: 'required',
      body: z
        .strictObject({ organisation: id('organisation').optional(), charges: z.array(charge).min(1).max(100) })
        .meta({ id: 'NewCharges' }),
      responses: {
        201: { description: 'Each payment, paid or refused', schema: answer },
        202: { description: 'Not all are known yet: repeat with the same key', schema: answer },
      },
      handle: async ({ principal, write, body }) => {
        invariant(write !== null, 'Charges without a key');
        const reads = scopedTo(unitOfWork(parts.orm), principal);
        const organisation = await creditorOf(reads, principal, body.organisation);
        await requireConsent(parts, organisation, body.charges);
        const to = { kind: 'organisation', id: organisation.id } as const;
        const wishes = body.charges.map((one) => ({ ...one, to }));
        // Members are the platform's; that these may be charged was judged above.
        const asPlatform = { ...principal, organisationId: null, siteId: null };
        return createBatch(parts, { principal: asPlatform, write, wishes });
      },
    }),
  ];
}

/** One without consent refuses all: nothing is written, and whether such a member exists is not told. */
async function requireConsent(
  { orm }: BatchParts,
  organisation: Organisation,
  charges: readonly z.output<typeof charge>[],
): Promise<void> {
  const members = charges.map(({ member }) => member);
  const agreed = await consenting(unitOfWork(orm), organisation.id, members);
  const missing = members.findIndex((member) => !agreed.has(member));
  if (missing === -1) return;
  const field = `charges.${missing}.member`;
  throw new DomainError('consent_missing', `The member of ${field} has not consented.`, {
    errors: [{ field, code: 'consent_missing', message: 'has not consented' }],
  });
}
