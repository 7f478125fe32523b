import { z } from 'zod';
import { decimalPattern, decimalText, decimalUnits } from '../../domain/decimal-text.ts';
import type { FeeFigures } from '../../domain/organisations/fee-bounds.ts';
import type { FeeOverride } from '../../entities/organisations/fee-override.entity.ts';
import type { EffectiveFee, FeeSettingRow } from '../../entities/organisations/fees.read.ts';
import { id, time } from '../schemas.ts';

/** Percentages travel as text, since `2.675` is no binary number. */
export function percent(places: number) {
  return z.string().regex(decimalPattern(places), `must be a decimal with at most ${places} places`);
}

/** The five values of the deployment's fees (cobalt.md 1.5), as they are asked for. */
export const newFees = z
  .strictObject({
    defaultFeePercent: percent(2).meta({ description: 'Of what is settled, 0 to 100', examples: ['3.00'] }),
    cardCost: percent(4).meta({ description: 'Expected cost of each card payment, in the currency’s unit' }),
    cardPercent: percent(4).meta({ description: 'Expected cost of each card payment, in percent of it' }),
    refundFeePercent: percent(2).meta({ description: 'Kept of refunds that members ask for, 0 to under 100' }),
    refundWeeks: z.int().meta({ description: 'How old card money may be that members ask back; above 0' }),
  })
  .meta({ id: 'NewFees' });

export const feesSchema = z
  .object({
    id: id('feeSetting'),
    active: z.boolean(),
    defaultFeePercent: z.string(),
    cardCost: z.string(),
    cardPercent: z.string(),
    refundFeePercent: z.string(),
    refundWeeks: z.int(),
    modifiedBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'Fees' });

export const feeOverrideSchema = z
  .object({ organisation: id('organisation'), feePercent: z.string(), modifiedBy: z.string(), createdAt: time })
  .meta({ id: 'FeeOverride' });

export const effectiveFeeSchema = z
  .object({
    organisation: id('organisation'),
    feePercent: z.string().meta({ examples: ['3.00'] }),
    source: z.enum(['default', 'override']),
    version: z.string(),
  })
  .meta({ id: 'EffectiveFee' });

/** The figures of a request in the units of their columns. */
export function feeFiguresOf(wish: z.output<typeof newFees>): FeeFigures {
  return {
    defaultFeeBp: decimalUnits(wish.defaultFeePercent, 2),
    cardCostE4: decimalUnits(wish.cardCost, 4),
    cardPercentE4: decimalUnits(wish.cardPercent, 4),
    refundFeeBp: decimalUnits(wish.refundFeePercent, 2),
    refundWeeks: wish.refundWeeks,
  };
}

export function feesView(row: FeeSettingRow, active: boolean): z.input<typeof feesSchema> {
  return {
    id: row.id,
    active,
    defaultFeePercent: decimalText(row.defaultFeeBp, 2),
    cardCost: decimalText(row.cardCostE4, 4),
    cardPercent: decimalText(row.cardPercentE4, 4),
    refundFeePercent: decimalText(row.refundFeeBp, 2),
    refundWeeks: row.refundWeeks,
    modifiedBy: row.assertedActor ?? row.actor,
    createdAt: row.createdAt,
  };
}

export function feeOverrideView(row: FeeOverride): z.input<typeof feeOverrideSchema> {
  return {
    organisation: row.organisationId,
    feePercent: decimalText(row.feeBp, 2),
    modifiedBy: row.assertedActor ?? row.actor,
    createdAt: row.createdAt.toISOString(),
  };
}

export function effectiveFeeView(organisation: string, fee: EffectiveFee): z.input<typeof effectiveFeeSchema> {
  return { organisation, feePercent: decimalText(fee.feeBp, 2), source: fee.source, version: fee.feeVersion };
}
