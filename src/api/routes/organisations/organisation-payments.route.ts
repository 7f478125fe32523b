import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { organisationPaymentId, type OrganisationId } from '../../../domain/ids.ts';
import { invariant } from '../../../domain/invariant.ts';
import type { Principal } from '../../../domain/principal.ts';
import { grants } from '../../../domain/roles.ts';
import {
  loadOrganisationPayment,
  organisationPayments,
  organisationPaymentSnapshotOf,
} from '../../../entities/organisations/organisation-payment-rows.ts';
import type { OrganisationPayment } from '../../../entities/organisations/organisation-payment.entity.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import {
  createOrganisationPayment,
  organisationPaymentView,
  showOrganisationPayment,
  type OrganisationPaymentParts,
} from '../../organisations/organisation-payment-writing.ts';
import { refusedField } from '../../refused-field.ts';
import { byPeople, keyed, route, type Route } from '../../route.ts';
import { id, idParam, listOf, money, pageOf, positiveMoney, text, time } from '../../schemas.ts';
import { pageView } from '../../views.ts';
import { organisationNamed } from './organisations.route.ts';

const tag = 'Organisations';
// An organisation's key charges members who have consented, and moves no other money (decisions D32).
const editors = byPeople('payments.manage.edit');
const viewers = keyed('organisation', 'payments.manage.view');
const reasons = ['transfer', 'membership', 'miscellaneous'] as const;
const paymentSchema = z
  .object({
    id: id('organisationPayment'),
    organisation: id('organisation'),
    kind: z.enum(['transfer', 'member_top_up', 'member_top_up_reversal']),
    reason: z.enum(reasons),
    description: z.string(),
    state: z.enum(['created', 'posted', 'refused']),
    outcome: z.string().nullable(),
    to: z.object({ kind: z.enum(['member', 'organisation']), id: z.string() }),
    amount: money,
    session: z.string().nullable(),
    event: z.string().nullable(),
    reverses: id('organisationPayment').nullable(),
    forced: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'OrganisationPayment' });
const booked = {
  201: { description: 'Booked', schema: paymentSchema },
  202: { description: 'Not known within the deadline: look again at `Location`', schema: paymentSchema },
};

/** What organisations pay out of their balance (cobalt.md 2.10). */
export function organisationPaymentRoutes(parts: OrganisationPaymentParts): readonly Route[] {
  return [transfer(parts), topUp(parts), reversal(parts), list(parts), get(parts)];
}

async function reached(parts: OrganisationPaymentParts, principal: Principal, named: string): Promise<OrganisationId> {
  return (await organisationNamed(scopedTo(unitOfWork(parts.orm), principal), named)).id;
}

function transfer(parts: OrganisationPaymentParts): Route {
  return route({
    method: 'post',
    path: '/v1/organisations/:id/transfers',
    tag,
    summary: 'Pay a member or another organisation out of an organisation’s balance',
    description: 'Up to the whole balance: the float is kept by settlements only. Whoever is paid is told.',
    policy: editors,
    idempotency: 'required',
    params: idParam('organisation'),
    body: z
      .strictObject({
        to: z.strictObject({ member: id('member').optional(), organisation: id('organisation').optional() }),
        amount: positiveMoney,
        description: text(80),
        reason: z.enum(reasons).default('transfer').meta({ description: '`membership` is for members only' }),
        session: text(120).optional(),
        event: text(120).optional(),
      })
      .meta({ id: 'NewOrganisationTransfer' }),
    responses: booked,
    handle: async ({ principal, params, write, body: { to, ...wish } }) => {
      invariant(write !== null, 'A transfer without a key');
      const organisation = await reached(parts, principal, params.id);
      const payee = payeeOf(to);
      if (payee.kind === 'organisation' && wish.reason === 'membership') {
        throw refusedField('invalid_request', 'reason', 'is for members only');
      }
      const asked = { ...wish, organisation, kind: 'transfer', to: payee } as const;
      return createOrganisationPayment(parts, { principal, write, wish: asked });
    },
  });
}

function payeeOf({ member, organisation }: { member?: string | undefined; organisation?: string | undefined }) {
  if (member !== undefined && organisation === undefined) return { kind: 'member', id: member } as const;
  if (organisation !== undefined && member === undefined) return { kind: 'organisation', id: organisation } as const;
  throw refusedField('invalid_request', 'to', 'names either a member or an organisation');
}

function topUp(parts: OrganisationPaymentParts): Route {
  return route({
    method: 'post',
    path: '/v1/organisations/:id/member-top-ups',
    tag,
    summary: 'Add to a member’s balance out of an organisation’s',
    policy: editors,
    idempotency: 'required',
    params: idParam('organisation'),
    body: z
      .strictObject({ member: id('member'), amount: positiveMoney, description: text(80) })
      .meta({ id: 'NewMemberTopUp' }),
    responses: booked,
    handle: async ({ principal, params, write, body: { member, ...wish } }) => {
      invariant(write !== null, 'A top-up without a key');
      const organisation = await reached(parts, principal, params.id);
      const to = { kind: 'member', id: member } as const;
      const asked = { ...wish, organisation, kind: 'member_top_up', reason: 'transfer', to } as const;
      return createOrganisationPayment(parts, { principal, write, wish: asked });
    },
  });
}

function reversal(parts: OrganisationPaymentParts): Route {
  return route({
    method: 'post',
    path: '/v1/organisations/:id/member-top-ups/:topUp/reversal',
    tag,
    summary: 'Take all of a member top-up back, once',
    description: 'Refused when the member has spent it. `forced` brings the member below zero; only finance may.',
    policy: editors,
    idempotency: 'required',
    params: z.object({ id: id('organisation'), topUp: id('organisationPayment') }),
    body: z
      .strictObject({ description: text(80), forced: z.boolean().default(false) })
      .meta({ id: 'MemberTopUpReversal' }),
    responses: booked,
    handle: async ({ principal, params, write, body }) => {
      invariant(write !== null, 'A reversal without a key');
      const organisation = await reached(parts, principal, params.id);
      if (body.forced && !grants(principal.roles, 'payments.global.edit')) {
        throw new DomainError('forbidden', 'Only who holds payments.global.edit may force a reversal.');
      }
      const given = await toppedUp(parts, organisation, params.topUp);
      const to = { kind: 'member', id: given.payeeId } as const;
      const amount = { amount: given.amountMinor, currency: given.currency };
      const kind = { kind: 'member_top_up_reversal', reason: 'transfer' } as const;
      const wish = { ...body, ...kind, organisation, to, amount, reverses: given.id };
      return createOrganisationPayment(parts, { principal, write, wish });
    },
  });
}

/** The top-up that is to be taken back. Throws `not_found` or `organisation_payment_state_conflict`. */
async function toppedUp(
  parts: OrganisationPaymentParts,
  owner: OrganisationId,
  named: string,
): Promise<OrganisationPayment> {
  const { payment } = await loadOrganisationPayment(parts, organisationPaymentId(named));
  if (payment.organisationId !== owner || payment.kind !== 'member_top_up') {
    throw new DomainError('not_found', 'The organisation has no such top-up.');
  }
  if (payment.state === 'posted') return payment;
  throw new DomainError('organisation_payment_state_conflict', `The top-up is ${payment.state}: nothing to take back.`);
}

function list(parts: OrganisationPaymentParts): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/transfers',
    tag,
    summary: 'List what an organisation paid out of its balance, top-ups and reversals too, the oldest first',
    policy: viewers,
    params: idParam('organisation'),
    query: z.strictObject(pageOf('organisationPayment')),
    responses: { 200: { description: 'A page of payments', schema: listOf(paymentSchema) } },
    handle: async ({ principal, params, query: { limit, cursor } }) => {
      const owner = await reached(parts, principal, params.id);
      const page = { after: cursor ?? null, limit: limit + 1 };
      const found = await organisationPayments(unitOfWork(parts.orm), owner, page);
      const rows = found.slice(0, limit);
      const nextCursor = found.length > limit ? (rows.at(-1)?.id ?? null) : null;
      const view = (row: OrganisationPayment) => organisationPaymentView(row, organisationPaymentSnapshotOf(row));
      return { status: 200, body: pageView({ rows, nextCursor }, view) };
    },
  });
}

function get(parts: OrganisationPaymentParts): Route {
  return route({
    method: 'get',
    path: '/v1/organisations/:id/transfers/:payment',
    tag,
    summary: 'Read one of them',
    policy: viewers,
    params: z.object({ id: id('organisation'), payment: id('organisationPayment') }),
    responses: { 200: { description: 'As it stands', schema: paymentSchema } },
    handle: async ({ principal, params }) => {
      const owner = await reached(parts, principal, params.id);
      return showOrganisationPayment(parts, params.payment, owner);
    },
  });
}
