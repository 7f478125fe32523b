import { z } from 'zod';
import { invariant } from '../../../domain/invariant.ts';
import type { SettlementDecision } from '../../../domain/settlement/settlement-run.ts';
import { keyed, route, type Route, type RouteSpec } from '../../route.ts';
import { currency, id, idParam, text } from '../../schemas.ts';
import { settlementSchema } from '../../settlement/settlement-view.ts';
import { decideSettlement, type SettlementParts } from '../../settlement/settlement-writing.ts';

const reason = text(200).meta({ description: 'Kept with the settlement and in the audit' });
const whom = {
  organisation: id('organisation'),
  currency: currency.optional().meta({ description: 'Where an organisation is settled in several' }),
};

/** What people decide about a settlement that waits for approval (decisions D26, D28). */
export function settlementDecisionRoutes(parts: SettlementParts): readonly Route[] {
  return [approve(parts), holdBack(parts), release(parts), override(parts), reject(parts)];
}

function approve(parts: SettlementParts): Route {
  return decision(parts, {
    path: 'approvals',
    summary: 'Approve the plan with this hash',
    description:
      'A person with their own token, who has not started the settlement, changed an amount in it, or the bank details it pays to. With the last approval that is wanted it is posted.',
    body: z.strictObject({ planHash: z.string().regex(/^[0-9a-f]{64}$/) }).meta({ id: 'SettlementApproval' }),
    decide: ({ planHash }) => ({ kind: 'approve', planHash }),
  });
}

function holdBack(parts: SettlementParts): Route {
  return decision(parts, {
    path: 'hold-backs',
    summary: 'Leave an organisation out of this settlement',
    description:
      'The plan gets another hash: approvals of the old one count no more. A later run of the month settles it.',
    body: z.strictObject({ ...whom, reason }).meta({ id: 'SettlementHoldBack' }),
    decide: ({ organisation, currency: named = null, reason: why }) => {
      return { kind: 'hold_back', organisationId: organisation, currency: named, reason: why };
    },
  });
}

function release(parts: SettlementParts): Route {
  return decision(parts, {
    path: 'releases',
    summary: 'Take an organisation that was held back into this settlement again',
    description:
      'As it was planned; an amount of 0 that was set for it is taken back. The plan gets another hash: approvals of the old one count no more.',
    body: z.strictObject({ ...whom, reason }).meta({ id: 'SettlementRelease' }),
    decide: ({ organisation, currency: named = null, reason: why }) => {
      return { kind: 'release', organisationId: organisation, currency: named, reason: why };
    },
  });
}

function override(parts: SettlementParts): Route {
  return decision(parts, {
    path: 'overrides',
    summary: 'Settle another amount than all that is above the float',
    description: 'From 0 up to the balance without the float, in minor units. The plan gets another hash.',
    body: z.strictObject({ ...whom, amount: z.int(), reason }).meta({ id: 'SettlementOverride' }),
    decide: ({ organisation, currency: named = null, amount, reason: why }) => {
      return { kind: 'override', organisationId: organisation, currency: named, amountMinor: amount, reason: why };
    },
  });
}

function reject(parts: SettlementParts): Route {
  return decision(parts, {
    path: 'rejection',
    summary: 'End a settlement before anything of it is posted',
    description: 'Its organisations are free for another run of the month; its rows stay as evidence.',
    body: z.strictObject({ reason }).meta({ id: 'SettlementRejection' }),
    decide: ({ reason: why }) => ({ kind: 'reject', reason: why }),
  });
}

interface DecisionSpec<B extends z.ZodType> extends Pick<
  RouteSpec<z.ZodType, z.ZodType, B>,
  'path' | 'summary' | 'description'
> {
  readonly body: B;
  readonly decide: (body: z.output<B>) => SettlementDecision;
}

function decision<B extends z.ZodType>(
  parts: SettlementParts,
  { path, body, decide, ...spec }: DecisionSpec<B>,
): Route {
  return route({
    ...spec,
    method: 'post',
    path: `/v1/settlements/:id/${path}`,
    tag: 'Settlements',
    policy: keyed('platform', 'payments.global.edit'),
    idempotency: 'required',
    params: idParam('settlementRun'),
    body,
    responses: {
      200: { description: 'Done', schema: settlementSchema },
      202: { description: 'Not known within the deadline: look again at `Location`', schema: settlementSchema },
    },
    handle: async ({ principal, params, body: given, write }) => {
      invariant(write !== null, 'A decision without a key');
      return decideSettlement(parts, { principal, write, runId: params.id, decision: decide(given) });
    },
  });
}
