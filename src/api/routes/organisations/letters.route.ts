import { z } from 'zod';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../../../domain/errors.ts';
import { organisationId } from '../../../domain/ids.ts';
import { followsContact } from '../../../domain/organisations/organisation-letter.ts';
import { signatureOf } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import type { OrganisationLetter } from '../../../entities/organisations/organisation-letter.entity.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { definedOnly } from '../../duplicates.ts';
import { letterSchema, letterStates, letterView } from '../../organisations/letter-view.ts';
import { made } from '../../once.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, idParam, listOf, pageOf } from '../../schemas.ts';
import { pageView } from '../../views.ts';

const tag = 'Letters';

/** What the offices of organisations are told by e-mail; what failed waits for a person. */
export function letterRoutes(orm: Orm): readonly Route[] {
  return [list(orm), resend()];
}

function list(orm: Orm): Route {
  return route({
    method: 'get',
    path: '/v1/letters',
    tag,
    summary: 'List letters to organisations; `failed` ones wait for a person',
    policy: keyed('platform', 'organisation.view'),
    query: z.strictObject({
      ...pageOf('organisationLetter'),
      state: z.enum(letterStates).optional(),
      organisation: id('organisation').optional(),
    }),
    responses: { 200: { description: 'A page of letters, the oldest first', schema: listOf(letterSchema) } },
    handle: async ({ principal, query: { limit, cursor, state, organisation } }) => {
      const of = organisation === undefined ? {} : { organisationId: organisationId(organisation) };
      const filter = { ...definedOnly({ state }), ...of };
      const found = await scopedTo(unitOfWork(orm), principal).letters({ limit, after: cursor ?? null }, filter);
      return { status: 200, body: pageView(found, letterView) };
    },
  });
}

function resend(): Route {
  return route({
    method: 'post',
    path: '/v1/letters/:id/resend',
    tag,
    summary: 'Send a letter again now, as the same message and with two days of attempts',
    description:
      'To the address that it was written to; with `toContact` to the organisation’s contact as it is now, except where a letter warns of a change. One that is under way is refused (`letter_pending`).',
    policy: keyed('platform', 'organisation.manage', 'payments.global.edit'),
    idempotency: 'optional',
    params: idParam('organisationLetter'),
    body: z.strictObject({ toContact: z.boolean().default(false) }).meta({ id: 'LetterAgain' }),
    responses: { 200: { description: 'The letter, due now', schema: letterSchema } },
    handle: async ({ params, principal, body, once }) =>
      once(async (em) => {
        const letter = await scopedTo(em, principal).letterForChange(params.id);
        if (letter === null) throw new DomainError('not_found', 'There is no such letter.');
        if (letter.state === 'pending') throw new DomainError('letter_pending', 'It is being sent already.');
        const { state, attempts, recipient } = letter;
        const to = body.toContact ? await contactFor(em, letter) : recipient;
        em.assign(letter, { state: 'pending', attempts: 0, dueAt: new Date(), sentAt: null, recipient: to });
        const act = { action: 'letter.resend', target: letter.id, organisationId: letter.organisationId };
        const [before, after] = [
          { state, attempts, recipient },
          { state: 'pending', attempts: 0, recipient: to },
        ];
        recordAct(em, { ...signatureOf(principal), ...act, before, after });
        await em.flush();
        return made(200, letter.id, letterView(letter));
      }),
  });
}

/** Whoever changed the contact must not be the one who is warned of it. */
async function contactFor(em: SqlEntityManager, { kind, organisationId }: OrganisationLetter): Promise<string> {
  if (!followsContact(kind)) {
    throw new DomainError('letter_recipient_fixed', 'A warning of a change goes to whom it was written to.');
  }
  const contact = (await scopedTo(em, { organisationId, siteId: null }).organisation(organisationId))?.email ?? null;
  if (contact === null) throw new DomainError('contact_missing', 'The organisation has given no address.');
  return contact;
}
