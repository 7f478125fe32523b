import { z } from 'zod';
import { parseCurrency } from '../../../domain/currency.ts';
import { memberAccount } from '../../../domain/ledger-account.ts';
import type { Shelf } from '../../../entities/shelf.ts';
import { readRecipients } from '../../../reports/members/recipients.ts';
import { ownMember } from '../../cards/auto-top-up-setting.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { id, idParam } from '../../schemas.ts';

const recipientSchema = z
  .object({ id: id('member'), no: z.int(), firstName: z.string(), lastName: z.string() })
  .meta({ id: 'Recipient' });

/** Whom a member may want to transfer to (cobalt.md 2.9). */
export function recipientRoutes({ orm, pool }: Shelf): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/members/:id/recipients',
      tag: 'Members',
      summary: 'List whom a member has exchanged with, by first name',
      policy: ownOrKeyed('payments.view'),
      params: idParam('member'),
      query: z.strictObject({
        also: z
          .string()
          .max(3_000)
          .transform((text) => text.split(','))
          .pipe(z.array(id('member')).max(100))
          .optional()
          .meta({ description: 'Members whom you suggest yourself, separated by commas' }),
      }),
      responses: { 200: { description: 'Everybody, once', schema: z.object({ items: z.array(recipientSchema) }) } },
      handle: async ({ principal, params, query }) => {
        const member = await ownMember(orm, principal, params.id);
        const { code: accountCode } = memberAccount(member.id, parseCurrency(member.currency));
        const items = await readRecipients(pool, { member: member.id, accountCode, also: query.also ?? [] });
        return { status: 200, body: { items } };
      },
    }),
  ];
}
