import { z } from 'zod';
import { checkoutTiming, type CheckoutTiming } from '../src/domain/payments/payment-snapshot.ts';
import { topUpLimits, type LimitOverrides } from '../src/domain/cards/top-up-limits.ts';
import type { TopUpLimits } from '../src/domain/cards/auto-top-up.ts';

const ms = z.int().positive();
const timing = z.strictObject({
  beginMs: ms.optional(),
  ladderMs: z.array(ms).min(1).optional(),
  checkoutMs: ms.optional(),
  topUpMs: ms.optional(),
  bookingMs: ms.optional(),
});
const limits = z.record(
  z.string().regex(/^[A-Z]{3}$/),
  z.strictObject({
    lowMinor: z.int().nonnegative().optional(),
    autoDefaultMinor: z.int().positive().optional(),
    manualMinimumMinor: z.int().positive().optional(),
    balanceMaximumMinor: z.int().positive().optional(),
    chargeMinimumMinor: z.int().positive().optional(),
    autoPerDayMax: z.int().positive().optional(),
  }),
);

/** A checkout's patience: production's, with the figures of the JSON in `CHECKOUT_TIMING` in their place. */
export function checkoutTimingOf(json: string | undefined): CheckoutTiming {
  if (json === undefined) return checkoutTiming;
  const given = Object.entries(timing.parse(JSON.parse(json))).filter(([, value]) => value !== undefined);
  return { ...checkoutTiming, ...Object.fromEntries(given) };
}

/** Limits by currency: those of cobalt.md 2.1, with the figures of the JSON in `TOP_UP_LIMITS` in their place. */
export function limitsFrom(json: string | undefined): (currency: string) => TopUpLimits {
  const overrides = json === undefined ? {} : (limits.parse(JSON.parse(json)) as LimitOverrides);
  return (currency) => topUpLimits(currency, overrides);
}
