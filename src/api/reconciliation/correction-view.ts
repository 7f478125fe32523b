import { z } from 'zod';
import type { CorrectionSnapshot } from '../../domain/reconciliation/correction.ts';
import { decimalText } from '../../domain/decimal-text.ts';
import type { Correction } from '../../entities/reconciliation/correction.entity.ts';
import { payeeSchema } from '../routes/payments/payments.route.ts';
import { id, money, time } from '../schemas.ts';

export const correctionStates = [
  'created',
  'awaiting_approval',
  'posted',
  'refused',
  'rejected',
  'expired',
] as const satisfies readonly Correction['state'][];

/** What an administrator books by hand. */
export const correctionSchema = z
  .object({
    id: id('correction'),
    holder: payeeSchema.meta({ description: 'Whose account it is' }),
    amount: money.meta({ description: 'Plus is to the holder; what is written off or settled is above zero' }),
    description: z.string().meta({ description: 'What the holder reads' }),
    reason: z.string(),
    state: z.enum(correctionStates),
    outcome: z.string().nullable().meta({ description: 'Why it was refused' }),
    by: z.string().meta({ description: 'The key or person who asked' }),
    assertedBy: z.string().nullable().meta({ description: 'For whom the key said to act' }),
    approveBy: time.nullable().meta({ description: 'Until when a second person can decide' }),
    decision: z.object({ by: z.string(), reason: z.string().nullable() }).nullable(),
    writtenOffAs: z.enum(['dispute-loss', 'bad-debt']).nullable(),
    payout: z
      .object({ id: id('payout'), bank: money, fee: money, tax: money, feePercent: z.string() })
      .nullable()
      .meta({ description: 'Of a settlement: what the organisation was paid outside, and what was kept' }),
    createdAt: time,
  })
  .meta({ id: 'Correction' });

/** The row with what its workflow says of it. */
export function correctionView(
  row: Correction,
  { state, outcome }: CorrectionSnapshot,
): z.input<typeof correctionSchema> {
  const { currency, description, reason } = row;
  return {
    id: row.id,
    holder: row.holderKind === 'member' ? { member: row.holderId } : { organisation: row.holderId },
    amount: { amount: row.amountMinor, currency },
    ...{ description, reason, state, outcome, by: row.actor, assertedBy: row.assertedActor ?? null },
    approveBy: row.approveBy?.toISOString() ?? null,
    decision: row.decidedBy ? { by: row.decidedBy, reason: row.decisionReason ?? null } : null,
    writtenOffAs: row.loss ?? null,
    payout: payoutOf(row),
    createdAt: row.createdAt.toISOString(),
  };
}

function payoutOf(row: Correction): z.input<typeof correctionSchema>['payout'] {
  const { payoutId, currency } = row;
  if (!payoutId) return null;
  const sum = (minor: number | null | undefined) => ({ amount: minor ?? 0, currency });
  return {
    id: payoutId,
    bank: sum(row.payoutMinor),
    fee: sum(row.feeMinor),
    tax: sum(row.taxMinor),
    feePercent: decimalText(row.feeBp ?? 0, 2),
  };
}
