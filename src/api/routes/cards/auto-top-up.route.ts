import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import {
  autoTopUpSchema,
  autoTopUpView,
  beginSetUp,
  cancelAutoTopUp,
  ownMember,
  requireAmount,
  type AutoTopUpParts,
} from '../../cards/auto-top-up-setting.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { idParam, positiveMoney } from '../../schemas.ts';

const tag = 'Automatic top-ups';
const path = '/v1/members/:id/auto-top-up';
const params = idParam('member');
const responses = { 200: { description: 'As it stands', schema: autoTopUpSchema } };

/** How members' balances are refilled by card (cobalt.md 2.21). */
export function autoTopUpRoutes(parts: AutoTopUpParts): readonly Route[] {
  return [get(parts), setUp(parts), confirm(parts), change(parts), cancel(parts)];
}

function get(parts: AutoTopUpParts): Route {
  return route({
    method: 'get',
    path,
    tag,
    summary: 'Read how a member’s balance is refilled',
    policy: ownOrKeyed('member.view'),
    params,
    responses,
    handle: async ({ principal, params: { id } }) => {
      const member = await ownMember(parts.orm, principal, id);
      return { status: 200, body: autoTopUpView(await parts.autoTopUps.find(id), member.currency) };
    },
  });
}

function setUp(parts: AutoTopUpParts): Route {
  return route({
    method: 'post',
    path,
    tag,
    summary: 'Begin to save a card',
    description:
      'Answers what the browser needs. The card that is saved already serves until the new one is confirmed.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'none',
    params,
    responses,
    handle: async ({ principal, params: { id } }) => ({
      status: 200,
      body: await beginSetUp(parts, await ownMember(parts.orm, principal, id)),
    }),
  });
}

function confirm(parts: AutoTopUpParts): Route {
  return route({
    method: 'post',
    path: `${path}/confirm`,
    tag,
    summary: 'Say that the browser has confirmed a card',
    description: 'Only makes us look sooner: what the processor has saved is what counts.',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'none',
    params,
    responses,
    handle: async ({ principal, params: { id } }) => {
      const member = await ownMember(parts.orm, principal, id);
      await parts.autoTopUps.change(id, { state: 'pending' }, ['off']);
      if ((await parts.autoTopUps.find(id)) !== null) await parts.lookForCard(id);
      return { status: 200, body: autoTopUpView(await parts.autoTopUps.find(id), member.currency) };
    },
  });
}

function change(parts: AutoTopUpParts): Route {
  return route({
    method: 'patch',
    path,
    tag,
    summary: 'Set the amount or a cap, or switch off and on',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'none',
    params,
    body: z.strictObject({
      amount: positiveMoney.optional(),
      chargeCap: positiveMoney.nullable().optional(),
      enabled: z.boolean().optional().meta({ description: 'False keeps customer and card' }),
    }),
    responses,
    handle: async ({ principal, params: { id }, body }) => {
      const member = await ownMember(parts.orm, principal, id);
      for (const given of [body.amount, body.chargeCap]) {
        if (given && given.currency !== member.currency) {
          throw new DomainError('currency_mismatch', `The member's account is in ${member.currency}.`);
        }
      }
      if (body.amount) requireAmount(parts.limitsOf(member.currency), body.amount.amount, 'amount.amount');
      await apply(parts, id, body);
      return { status: 200, body: autoTopUpView(await parts.autoTopUps.find(id), member.currency) };
    },
  });
}

interface Wish {
  readonly amount?: { readonly amount: number } | undefined;
  readonly chargeCap?: { readonly amount: number } | null | undefined;
  readonly enabled?: boolean | undefined;
}

async function apply(parts: AutoTopUpParts, id: string, wish: Wish): Promise<void> {
  const { autoTopUps } = parts;
  const row = await autoTopUps.find(id);
  if (row === null || (wish.enabled === true && !row.paymentMethodRef)) {
    throw new DomainError('conflict', 'Set up a card first.');
  }
  await autoTopUps.change(id, { ...figures(wish), ...(wish.enabled === undefined ? {} : switched(wish.enabled)) });
}

function figures({ amount, chargeCap }: Wish): Record<string, number | null> {
  return {
    ...(amount === undefined ? {} : { amount_minor: amount.amount }),
    ...(chargeCap === undefined ? {} : { charge_cap_minor: chargeCap?.amount ?? null }),
  };
}

/** Switched on again the card gets another chance; off, it is kept. */
function switched(isOn: boolean): Record<string, string | number | null> {
  return isOn ? { state: 'on', back_off_until: null, disabled_reason: null, refusals: 0 } : { state: 'off' };
}

function cancel(parts: AutoTopUpParts): Route {
  return route({
    method: 'delete',
    path,
    tag,
    summary: 'Cancel, and forget the card here and at the processor',
    policy: ownOrKeyed('payments.use'),
    idempotency: 'none',
    params,
    responses,
    handle: async ({ principal, params: { id } }) => ({
      status: 200,
      body: await cancelAutoTopUp(parts, await ownMember(parts.orm, principal, id)),
    }),
  });
}
