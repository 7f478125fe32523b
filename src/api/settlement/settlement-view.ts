import { z } from 'zod';
import { decimalText } from '../../domain/decimal-text.ts';
import { settlementProgress } from '../../domain/settlement/settlement-run.ts';
import type { SettlementLeftOut, SettlementPlanItem } from '../../domain/settlement/settlement-plan.ts';
import type { SettlementRunRow } from '../../entities/settlement/settlement-runs.ts';
import type {
  SettlementItemView,
  SettlementTotal,
  SettlementView,
} from '../../entities/settlement/settlement-views.read.ts';
import type { FundsShortfall } from '../../reports/settlement/settlement-plan.ts';
import { id, money, time } from '../schemas.ts';

const itemState = z.enum(['planned', 'held_back', 'blocked', 'posted', 'short', 'released']);
const runFields = {
  id: id('settlementRun'),
  no: z.int(),
  zone: z.string(),
  period: z.string(),
  referenceAt: time.meta({ description: 'The end of the month in the zone: balances are of this instant' }),
  cause: z.enum(['schedule', 'manual']),
  state: z.enum([
    ...([
      'planned',
      'awaiting_approval',
      'posting',
      'filing',
      'done',
      'done_with_errors',
      'rejected',
      'expired',
    ] as const),
  ]),
  capsShort: z.boolean(),
  approvalsWanted: z.int(),
  planHash: z.string().nullable().meta({ description: 'What an approval names' }),
  attention: z.string().nullable(),
  expiresAt: time.nullable(),
  startedBy: z.string(),
  createdAt: time,
};

export const runSchema = z.object(runFields).meta({ id: 'SettlementRun' });

const leftOutSchema = z.object({
  organisation: id('organisation'),
  balance: money,
  reason: z.enum(['claimed_by_another_run', 'below_minimum']),
});
const warningSchema = z
  .object({ code: z.literal('funds_do_not_cover'), payouts: money, funds: money })
  .meta({ description: 'What we have at banks and processors, by the book, is less than what is to be paid' });

export const settlementSchema = z
  .object({
    ...runFields,
    progress: z.int().meta({ description: 'Percent' }),
    counts: z.record(z.string(), z.int()).meta({ description: 'Organisations by state' }),
    totals: z.array(z.object({ settled: money, fee: money, tax: money, payout: money })),
    approvals: z.array(z.object({ person: z.string(), at: time })),
    toActOn: z.array(
      z.object({ organisation: id('organisation'), currency: z.string(), outcome: z.string().nullable() }),
    ),
    leftOut: z.array(leftOutSchema),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'Settlement' });

const planFields = {
  organisation: id('organisation'),
  state: itemState,
  outcome: z.string().nullable(),
  ledgerSeq: z.int(),
  balance: money,
  float: money,
  settled: money,
  override: z.object({ amount: money, by: z.string().nullable(), reason: z.string().nullable() }).nullable(),
  feePercent: z.string(),
  feeVersion: z.string(),
  fee: money.meta({ description: 'Without tax' }),
  tax: money,
  payout: money,
  method: z.enum(['bank', 'transfer']),
  bankDetail: id('bankDetail').nullable(),
};

export const previewSchema = z
  .object({
    zone: z.string(),
    period: z.string(),
    referenceAt: time,
    isOver: z.boolean(),
    planHash: z.string(),
    items: z.array(z.object(planFields)),
    leftOut: z.array(leftOutSchema),
    warnings: z.array(warningSchema),
  })
  .meta({ id: 'SettlementPreview' });

export const itemSchema = z
  .object({
    id: id('settlementItem'),
    ...planFields,
    organisationNo: z.int(),
    organisationName: z.string(),
    account: z.string().nullable(),
    posted: z
      .object({ payoutId: id('payout'), settled: money, fee: money, tax: money, payout: money })
      .nullable()
      .meta({ description: 'What was booked; a capped settlement is less than planned' }),
  })
  .meta({ id: 'SettlementItem' });

/** A run in a list. */
export function runView(run: SettlementRunRow) {
  const { id, no, zone, period, referenceAt, cause, state, capsShort, approvalsWanted, planHash } = run;
  const { attentionReason: attention, expiresAt, startedBy, createdAt } = run;
  return {
    ...{ id, no, zone, period, referenceAt, cause, state, capsShort, approvalsWanted, planHash },
    ...{ attention, expiresAt, startedBy, createdAt },
  };
}

/** A run by itself. */
export function settlementView(view: SettlementView, warnings: readonly FundsShortfall[]) {
  const { run, counts, totals, approvals, toActOn } = view;
  const leftOut = JSON.parse(run.leftOutJson ?? '[]') as SettlementLeftOut[];
  return {
    ...runView(run),
    progress: settlementProgress({ state: run.state, counts }),
    counts,
    totals: totals.map(totalView),
    approvals,
    toActOn: toActOn.map(({ organisationId: organisation, currency, outcome }) => ({
      organisation,
      currency,
      outcome,
    })),
    leftOut: leftOut.map(leftOutView),
    warnings: warnings.map(warningView),
  };
}

/** What is or would be settled of an organisation. */
export function planItemView(item: SettlementPlanItem) {
  const { currency, overrideMinor } = item;
  const amount = (amountMinor: number) => ({ amount: amountMinor, currency });
  const override =
    overrideMinor === null ? null : { amount: amount(overrideMinor), by: item.overrideBy, reason: item.overrideReason };
  return {
    ...{ organisation: item.organisationId, state: item.state, outcome: item.outcome, ledgerSeq: item.ledgerSeq },
    ...{ balance: amount(item.balanceMinor), float: amount(item.floatMinor), override },
    ...{ feePercent: decimalText(item.feeBp, 2), feeVersion: item.feeVersion },
    ...totalView(item),
    ...{ method: item.method, bankDetail: item.bankDetailId },
  };
}

/** An organisation's part of a run, with what was booked of it. */
export function itemView({ item, posted, ...known }: SettlementItemView) {
  return {
    id: item.id,
    ...planItemView(item),
    organisationNo: known.organisationNo,
    organisationName: known.organisationName,
    account: known.maskedAccount,
    posted: posted === null ? null : { payoutId: item.payoutId, ...totalView(posted) },
  };
}

export function leftOutView({ organisationId, currency, balanceMinor, reason }: SettlementLeftOut) {
  return { organisation: organisationId, balance: { amount: balanceMinor, currency }, reason };
}

export function warningView({ currency, payoutsMinor, fundsMinor }: FundsShortfall) {
  const code = 'funds_do_not_cover';
  return { code, payouts: { amount: payoutsMinor, currency }, funds: { amount: fundsMinor, currency } };
}

function totalView({ currency, settledMinor, feeMinor, taxMinor, payoutMinor }: SettlementTotal) {
  const amount = (amountMinor: number) => ({ amount: amountMinor, currency });
  return { settled: amount(settledMinor), fee: amount(feeMinor), tax: amount(taxMinor), payout: amount(payoutMinor) };
}
