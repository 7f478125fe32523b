import { z } from 'zod';
import { productionSaleTiming, type SaleTiming } from '../src/domain/counter/sale-timing.ts';

const ms = z.int().positive();
const schema = z.strictObject({
  beginMs: ms.optional(),
  cardWaitMs: ms.optional(),
  retryMs: ms.optional(),
  ladderMs: z.array(ms).min(1).optional(),
  captureMs: ms.optional(),
  attentionMs: ms.optional(),
});

/** A sale's patience: production's, with the figures of the JSON in `SALE_TIMING` in their place. */
export function saleTimingOf(json: string | undefined): SaleTiming {
  if (json === undefined) return productionSaleTiming;
  const given = Object.entries(schema.parse(JSON.parse(json))).filter(([, value]) => value !== undefined);
  return { ...productionSaleTiming, ...Object.fromEntries(given) };
}
