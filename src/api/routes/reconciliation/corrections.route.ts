import { z } from 'zod';
import { correctionMaxMinor, type CorrectionKind } from '../../../domain/reconciliation/correction.ts';
import { invariant } from '../../../domain/invariant.ts';
import { decideOn, getCorrection, listCorrections } from '../../reconciliation/correction-deciding.ts';
import { correctionSchema, correctionStates } from '../../reconciliation/correction-view.ts';
import {
  createCorrection,
  type CorrectionParts,
  type CorrectionWish,
} from '../../reconciliation/correction-writing.ts';
import { refusedField } from '../../refused-field.ts';
import { keyed, route, type Route } from '../../route.ts';
import { currency, id, idParam, listOf, pageOf, text } from '../../schemas.ts';
import { partyOf, payeeSchema } from '../payments/payments.route.ts';

const tag = 'Corrections';
const editors = keyed('platform', 'payments.global.edit');
const viewers = keyed('platform', 'payments.global.view');
const waits = { description: 'Waits for a second person, or is not known in time', schema: correctionSchema };

const signed = z.strictObject({
  amount: z
    .int()
    .min(-correctionMaxMinor)
    .max(correctionMaxMinor)
    .meta({ description: 'Minor units; plus is to the holder, zero is refused', examples: [-1733] }),
  currency,
});
const above = z.strictObject({ amount: z.int().positive().max(correctionMaxMinor), currency });
const holder = payeeSchema.meta({ description: 'Whose account' });
const why = { description: text(80).meta({ description: 'What the holder reads' }), reason: text(500) };
const newCorrection = z.strictObject({ holder, amount: signed, ...why }).meta({ id: 'NewCorrection' });
const newWriteOff = z
  .strictObject({ holder, amount: above, as: z.enum(['dispute-loss', 'bad-debt']).default('bad-debt'), ...why })
  .meta({ id: 'NewWriteOff' });
const newSettlement = z
  .strictObject({
    organisation: id('organisation'),
    amount: above.meta({ description: 'What is settled: payout, fee and tax together' }),
    reason: text(500),
  })
  .meta({ id: 'NewManualSettlement' });

/** One kind of correction, and what it is asked for with. */
interface Noun<B extends z.ZodType> {
  readonly noun: string;
  readonly kind: CorrectionKind;
  readonly name: string;
  readonly about: string;
  readonly body: B;
  readonly wish: (body: z.output<B>) => Omit<CorrectionWish, 'kind' | 'noun'>;
}

/** What administrators book by hand (cobalt.md 2.15): adjustments, write-offs, opening balances, settlements paid outside. */
export function correctionRoutes(parts: CorrectionParts): readonly Route[] {
  return [
    ...routesOf(parts, {
      noun: 'adjustments',
      kind: 'adjustment',
      name: 'adjustment',
      about: 'Looks at no funds: the account may fall below zero. A member is told by the app, without e-mail.',
      body: newCorrection,
      wish: (body) => ({ ...body, holder: partyOf(body.holder), loss: null }),
    }),
    ...routesOf(parts, {
      noun: 'opening-balances',
      kind: 'opening_balance',
      name: 'opening balance',
      about: 'A balance brought in from another system.',
      body: newCorrection,
      wish: (body) => ({ ...body, holder: partyOf(body.holder), loss: null }),
    }),
    ...routesOf(parts, {
      noun: 'write-offs',
      kind: 'write_off',
      name: 'write-off',
      about: 'Gives up what an account below zero owes, at most all of it; `exceeds_debt` otherwise.',
      body: newWriteOff,
      wish: ({ as, ...body }) => ({ ...body, holder: partyOf(body.holder), loss: as }),
    }),
    ...routesOf(parts, {
      noun: 'manual-settlements',
      kind: 'manual_settlement',
      name: 'settlement recorded by hand',
      about:
        'The organisation was paid outside of every run. Fee and tax are those in force; float and balance are not looked at; the payout is `paid_outside` and never in a bank file.',
      body: newSettlement,
      wish: ({ organisation, amount, reason }) => {
        const settled = { holder: { kind: 'organisation', id: organisation }, description: null, loss: null } as const;
        return { ...settled, amount, reason };
      },
    }),
  ];
}

function routesOf<B extends z.ZodType>(parts: CorrectionParts, noun: Noun<B>): readonly Route[] {
  return [create(parts, noun), list(parts, noun), get(parts, noun), approve(parts, noun), reject(parts, noun)];
}

function create<B extends z.ZodType>(parts: CorrectionParts, { noun, kind, name, about, body, wish }: Noun<B>): Route {
  return route({
    method: 'post',
    path: `/v1/${noun}`,
    tag,
    summary: `Book an ${name}`.replace(/an (?=[^aeiou])/, 'a '),
    description: `${about} Audited. Above the deployment's limit it waits for a second person. \`correction_refused\` names the reason.`,
    policy: editors,
    idempotency: 'required',
    body,
    responses: { 201: { description: 'Booked', schema: correctionSchema }, 202: waits },
    handle: async ({ principal, body: asked, write }) => {
      invariant(write !== null, 'A correction without a key');
      const wished = { ...wish(asked), kind, noun };
      if (wished.amount.amount === 0) {
        throw refusedField('amount_out_of_range', 'amount.amount', 'must not be zero');
      }
      return createCorrection(parts, { principal, write, wish: wished });
    },
  });
}

function list<B extends z.ZodType>(parts: CorrectionParts, { noun, kind, name }: Noun<B>): Route {
  return route({
    method: 'get',
    path: `/v1/${noun}`,
    tag,
    summary: `List every ${name}`,
    policy: viewers,
    query: z
      .strictObject({
        ...pageOf('correction'),
        state: z.enum(correctionStates).optional(),
        member: id('member').optional(),
        organisation: id('organisation').optional(),
      })
      .refine(({ member, organisation }) => member === undefined || organisation === undefined, {
        message: 'one holder at a time',
        path: ['member'],
      }),
    responses: { 200: { description: 'A page, in the order of asking', schema: listOf(correctionSchema) } },
    handle: ({ principal, query }) => listCorrections(parts, principal, { ...query, kind }),
  });
}

function get<B extends z.ZodType>(parts: CorrectionParts, { noun, kind, name }: Noun<B>): Route {
  return route({
    method: 'get',
    path: `/v1/${noun}/:id`,
    tag,
    summary: `Read one ${name}`,
    policy: viewers,
    params: idParam('correction'),
    responses: { 200: { description: 'As it stands', schema: correctionSchema } },
    handle: ({ principal, params }) => getCorrection(parts, { principal, kind, id: params.id }),
  });
}

function approve<B extends z.ZodType>(parts: CorrectionParts, { noun, kind, name }: Noun<B>): Route {
  return route({
    method: 'post',
    path: `/v1/${noun}/:id/approval`,
    tag,
    summary: `Approve one ${name}, as a second person`,
    description: 'Only a person with their own token, and never who asked for it.',
    policy: editors,
    idempotency: 'optional',
    params: idParam('correction'),
    body: z.strictObject({ reason: text(500).optional() }),
    responses: { 200: { description: 'Decided: see `state`', schema: correctionSchema }, 202: waits },
    handle: ({ principal, params, body }) =>
      decideOn(parts, { principal, kind, id: params.id, verdict: 'approve', reason: body.reason ?? null }),
  });
}

function reject<B extends z.ZodType>(parts: CorrectionParts, { noun, kind, name }: Noun<B>): Route {
  return route({
    method: 'post',
    path: `/v1/${noun}/:id/rejection`,
    tag,
    summary: `Reject one ${name}, as a second person`,
    policy: editors,
    idempotency: 'optional',
    params: idParam('correction'),
    body: z.strictObject({ reason: text(500) }),
    responses: { 200: { description: 'Nothing is booked', schema: correctionSchema }, 202: waits },
    handle: ({ principal, params, body }) =>
      decideOn(parts, { principal, kind, id: params.id, verdict: 'reject', reason: body.reason }),
  });
}
