import { z } from 'zod';
import type { Config } from '../src/config.ts';
import { basisPoints } from '../src/domain/money.ts';
import type { RefundRules } from '../src/domain/payments/refund.ts';
import { refundTiming, type RefundTiming } from '../src/domain/payments/refund-snapshot.ts';

const ms = z.int().positive();
const timing = z.strictObject({ beginMs: ms.optional(), ladderMs: z.array(ms).min(1).optional() });

/** A refund's patience: production's, with the figures of the JSON in `REFUND_TIMING` in their place. */
export function refundTimingOf(json: string | undefined): RefundTiming {
  if (json === undefined) return refundTiming;
  const given = Object.entries(timing.parse(JSON.parse(json))).filter(([, value]) => value !== undefined);
  return { ...refundTiming, ...Object.fromEntries(given) };
}

/** What is kept of refunds, and how old their card money may be. */
export function refundRulesOf(config: Pick<Config, 'REFUND_FEE_PERCENT' | 'REFUND_AGE_WEEKS'>): RefundRules {
  const [whole = '0', places = ''] = config.REFUND_FEE_PERCENT.split('.');
  const feeRate = basisPoints(Number(whole) * 100 + Number(places.padEnd(2, '0')));
  return { feeRate, ageLimitWeeks: config.REFUND_AGE_WEEKS };
}
