import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { invariant } from '../../../domain/invariant.ts';
import { signatureOf } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import { iousToRemind, mayBeReminded, remindOf } from '../../../entities/members/iou-reminders.ts';
import { cancelIousOfSession, iouStateConflict } from '../../../entities/members/ious.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import { iouSchema, iouView } from '../../members/iou-view.ts';
import { creditorOf, noSuchIou, payIou } from '../../members/iou-writing.ts';
import { made } from '../../once.ts';
import { paymentSchema } from '../../payments/payment-view.ts';
import type { MemberMoneyParts } from '../../payments/payment-writing.ts';
import { keyed, ownOrKeyed, route, type Route } from '../../route.ts';
import { id, idParam, text } from '../../schemas.ts';

const tag = 'IOUs';
const ofOrganisation = id('organisation').optional().meta({ description: 'Default: the organisation of the key' });

/** Paying IOUs, reminding of them, and cancelling those of a session. */
export function iouActRoutes(parts: MemberMoneyParts): readonly Route[] {
  return [remindMany(), cancelMany(), pay(parts), remind()];
}

function pay(parts: MemberMoneyParts): Route {
  return route({
    method: 'post',
    path: '/v1/ious/:id/pay',
    tag,
    summary: 'Pay an IOU from a member’s balance, by card for what it lacks',
    description:
      'While it is being paid nobody else can pay, cancel or write it off. A payment that fails opens the IOU again.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'required',
    params: idParam('iou'),
    body: z.strictObject({
      member: id('member').meta({ description: 'Who pays' }),
      forAnother: z.boolean().optional().meta({ description: 'The member pays what somebody else owes' }),
      returnUrl: z.url().max(500).optional(),
    }),
    responses: {
      201: { description: 'Paid, or waiting for a card', schema: paymentSchema },
      202: { description: 'Not known within the deadline: look again at `Location`', schema: paymentSchema },
    },
    handle: async ({ principal, write, params, body: { forAnother, ...body } }) => {
      invariant(write !== null, 'A payment without a key');
      return payIou(parts, { ...body, forAnother: forAnother ?? false, principal, write, iou: params.id });
    },
  });
}

function remind(): Route {
  return route({
    method: 'post',
    path: '/v1/ious/:id/remind',
    tag,
    summary: 'Remind the debtor; at most once in a day, else nothing happens',
    policy: keyed('organisation', 'iou.manage'),
    idempotency: 'optional',
    params: idParam('iou'),
    body: z.strictObject({}),
    responses: { 200: { description: 'The IOU', schema: iouSchema } },
    handle: async ({ params, principal, once }) =>
      once(async (em) => {
        const reads = scopedTo(em, principal);
        const iou = await reads.iou(params.id);
        if (iou === null) throw noSuchIou();
        if (iou.state !== 'open') throw iouStateConflict(iou);
        const now = new Date();
        const organisation = await creditorOf(reads, principal, iou.organisationId);
        const ious = mayBeReminded(iou, now) ? [iou] : [];
        const { unreachable } = await remindOf(em, { ious, organisation }, now);
        if (unreachable > 0) throw new DomainError('conflict', 'Nobody has this member number yet.');
        await em.refresh(iou);
        return made(200, iou.id, iouView(iou, now));
      }),
  });
}

function remindMany(): Route {
  return route({
    method: 'post',
    path: '/v1/ious/reminders',
    tag,
    summary: 'Remind every debtor of an organisation that was not reminded within a day',
    policy: keyed('organisation', 'iou.manage'),
    idempotency: 'optional',
    body: z.strictObject({ organisation: ofOrganisation, overdueOnly: z.boolean().optional() }),
    responses: {
      200: {
        description: '`skipped`: the number belongs to nobody yet',
        schema: z.object({ reminded: z.int(), skipped: z.int() }),
      },
    },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const now = new Date();
        const organisation = await creditorOf(scopedTo(em, principal), principal, body.organisation);
        const wish = { organisationId: organisation.id, overdueOnly: body.overdueOnly ?? false };
        const { ious, unreachable } = await iousToRemind(em, wish, now);
        const { reminded } = await remindOf(em, { ious, organisation }, now);
        const after = { reminded, skipped: unreachable };
        const act = { action: 'iou.remind_many', target: organisation.id, organisationId: organisation.id };
        recordAct(em, { ...act, ...signatureOf(principal), after });
        return made(200, organisation.id, after);
      }),
  });
}

function cancelMany(): Route {
  return route({
    method: 'post',
    path: '/v1/ious/cancellations',
    tag,
    summary: 'Cancel the open IOUs of a session that does not take place',
    policy: keyed('organisation', 'iou.manage'),
    idempotency: 'optional',
    body: z.strictObject({ organisation: ofOrganisation, session: text(120) }),
    responses: {
      200: {
        description: '`paying`: being paid just now, so they stay',
        schema: z.object({ cancelled: z.int(), paying: z.int() }),
      },
    },
    handle: async ({ body, principal, once }) =>
      once(async (em) => {
        const organisation = await creditorOf(scopedTo(em, principal), principal, body.organisation);
        const after = await cancelIousOfSession(em, organisation.id, body.session);
        const act = { action: 'iou.cancel_session', target: organisation.id, organisationId: organisation.id };
        recordAct(em, { ...act, ...signatureOf(principal), after: { ...after, session: body.session } });
        return made(200, organisation.id, after);
      }),
  });
}
