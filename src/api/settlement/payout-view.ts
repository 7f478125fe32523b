import { z } from 'zod';
import type { PayoutSnapshot } from '../../domain/settlement/payout.ts';
import type { BankResultLine } from '../../entities/settlement/bank-result-line.entity.ts';
import type { BankResult } from '../../entities/settlement/bank-result.entity.ts';
import type { PayoutFile } from '../../entities/settlement/payout-file.entity.ts';
import type { Payout } from '../../entities/settlement/payout.entity.ts';
import { id, money, time } from '../schemas.ts';

export const payoutStates = ['planned', 'filed', 'confirmed', 'returned', 'reversed', 'paid_outside'] as const;
export const payoutFileFormats = ['aba', 'pain001', 'csv'] as const;

/** A payout as every answer shows it. */
export const payoutSchema = z
  .object({
    id: id('payout'),
    no: z.int().meta({ description: 'Running number, also of its tax invoice' }),
    organisation: id('organisation'),
    run: id('settlementRun').nullable().meta({ description: 'Null for a settlement recorded by hand' }),
    period: z.string().meta({ examples: ['2026-10'] }),
    state: z.enum(payoutStates),
    method: z.enum(['bank', 'transfer']),
    attempt: z.int().meta({ description: 'Counted up by each retry' }),
    settled: money.meta({ description: 'What left the organisation’s balance' }),
    fee: money.meta({ description: 'Kept, without tax' }),
    tax: money,
    amount: money.meta({ description: 'What the organisation is paid' }),
    outcome: z.string().nullable(),
    needsAttention: z.boolean(),
    attentionReason: z.string().nullable(),
    paidAt: time.nullable(),
    createdAt: time,
  })
  .meta({ id: 'Payout' });

/** A row as `payoutSchema` has it, as it stands by `snapshot`. */
export function payoutView(row: Payout, snapshot: PayoutSnapshot): z.input<typeof payoutSchema> {
  const of = (minor: number) => ({ amount: minor, currency: row.currency });
  const { state, attemptNo, outcome, attentionReason } = snapshot;
  return {
    ...{ id: row.id, no: row.no, organisation: row.organisationId, run: row.runId ?? null, period: row.period },
    ...{ state, method: row.method, attempt: attemptNo },
    ...{ settled: of(row.settledMinor), fee: of(row.feeMinor), tax: of(row.taxMinor), amount: of(row.amountMinor) },
    ...{ outcome, needsAttention: attentionReason !== null, attentionReason },
    paidAt: row.paidAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

/** A bank file, without what is in it. */
export const payoutFileSchema = z
  .object({
    id: id('payoutFile'),
    no: z.int(),
    run: id('settlementRun').nullable(),
    format: z.enum(payoutFileFormats),
    payouts: z.int(),
    total: money,
    digest: z.string().meta({ description: 'SHA-256 of its bytes, in hexadecimal' }),
    createdAt: time,
    acceptedAt: time.nullable().meta({ description: 'When the bank took it' }),
  })
  .meta({ id: 'PayoutFile' });

export function payoutFileView(row: PayoutFile): z.input<typeof payoutFileSchema> {
  const { id, no, format, payouts, digest } = row;
  return {
    ...{ id, no, run: row.runId ?? null, format, payouts, digest },
    total: { amount: row.totalMinor, currency: row.currency },
    createdAt: row.createdAt.toISOString(),
    acceptedAt: row.acceptedAt?.toISOString() ?? null,
  };
}

/** What a bank said, and what was done about it. */
export const bankResultSchema = z
  .object({
    id: id('bankResult'),
    format: z.enum(['csv', 'direct_entry', 'json', 'pain002']),
    digest: z.string(),
    createdAt: time,
    lines: z.array(
      z.object({
        payout: id('payout'),
        attempt: z.int(),
        result: z.enum(['paid', 'returned']),
        reason: z.string().nullable(),
        outcome: z.enum(['pending', 'booked', 'known', 'contradicts']),
      }),
    ),
  })
  .meta({ id: 'BankResult' });

export function bankResultView(
  { id, format, digest, createdAt }: BankResult,
  lines: readonly BankResultLine[],
): z.input<typeof bankResultSchema> {
  return {
    ...{ id, format, digest, createdAt: createdAt.toISOString() },
    lines: lines.map(({ payoutId: payout, attemptNo: attempt, result, reason, outcome }) => ({
      ...{ payout, attempt, result, reason: reason ?? null, outcome },
    })),
  };
}
