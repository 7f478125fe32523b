import { z } from 'zod';
import { chargeMaxMinorOf, parseCurrency } from '../../domain/currency.ts';
import { idPattern } from '../../domain/ids.ts';
import type { TipMode } from '../../domain/counter/sale.ts';
import type { SiteRef } from '../../entities/counter/sale-intake.ts';
import { refusedField } from '../refused-field.ts';
import { id, pageOf, positiveMoney, slug, text, time } from '../schemas.ts';
import { saleStates } from '../../domain/counter/sale.ts';

/** A site by its identifier, its slug, or its number, as a number or as digits (decisions D62). */
export const siteReference = z
  .union([z.string().regex(idPattern('site')), slug, z.int().positive(), z.string().regex(/^[1-9]\d{0,9}$/)])
  .meta({ description: 'Identifier, slug or number of the site', examples: ['front-counter'] });

/** What `POST /v1/sales` takes. */
export const newSaleSchema = z
  .strictObject({
    site: siteReference,
    reader: id('reader'),
    amount: positiveMoney.meta({ description: 'What is sold, without the tip, in the currency of the site' }),
    description: text(255).optional(),
    captureMode: z.enum(['manual', 'automatic']).optional().meta({ description: 'Default: as the site is set up' }),
    tipMode: z.enum(['none', 'on_reader', 'fixed']).optional().meta({ description: 'Default: `none`' }),
    tip: positiveMoney.optional().meta({ description: 'With `tipMode` `fixed`, and only then' }),
  })
  .refine((sale) => (sale.tipMode === 'fixed') === (sale.tip !== undefined), {
    path: ['tip'],
    message: 'must be given with tipMode "fixed", and only then',
  })
  .meta({ id: 'NewSale' });
export type NewSaleRequest = z.output<typeof newSaleSchema>;

export const captureSchema = z
  .strictObject({
    amount: positiveMoney.optional().meta({ description: 'Default: all that is authorized; the rest is released' }),
  })
  .meta({ id: 'CaptureSale' });
export const cancelSchema = z.strictObject({ reason: text(200).optional() }).meta({ id: 'CancelSale' });
export const retrySchema = z
  .strictObject({ reader: id('reader').optional().meta({ description: 'Another reader of the same site' }) })
  .meta({ id: 'RetrySale' });
export const resolveSchema = z
  .strictObject({ decision: z.enum(['look_again', 'give_up']), reason: text(200) })
  .meta({ id: 'ResolveSale' });

export const saleListQuery = z.strictObject({
  ...pageOf('sale'),
  site: id('site').optional(),
  reader: id('reader').optional(),
  state: z.enum(saleStates).optional(),
  needsAttention: z.enum(['true', 'false']).optional(),
  from: time.optional().meta({ description: 'Created at or after' }),
  to: time.optional().meta({ description: 'Created before' }),
});

/** The site that a caller means. */
export function siteRef(reference: NewSaleRequest['site']): SiteRef {
  if (typeof reference === 'number') return { kind: 'no', no: reference };
  if (/^\d+$/.test(reference)) return { kind: 'no', no: Number(reference) };
  return idPattern('site').test(reference) ? { kind: 'id', id: reference } : { kind: 'slug', slug: reference };
}

/** What a sale asks the card for, in minor units of the site's currency. */
export interface AskedAmounts {
  readonly amountMinor: number;
  readonly tipMinor: number;
  readonly tipMode: TipMode;
}

/**
 * The amounts of a sale at a site in `currency`: refuses another currency (`currency_mismatch`) and a sum above
 * `maxMinor` or above what the currency allows for one charge (`amount_out_of_range`), naming the field.
 */
export function askedAmounts(body: NewSaleRequest, currency: string, maxMinor: number): AskedAmounts {
  requireCurrency('amount', body.amount.currency, currency);
  if (body.tip !== undefined) requireCurrency('tip', body.tip.currency, currency);
  const amountMinor = body.amount.amount;
  const tipMinor = body.tip?.amount ?? 0;
  const limit = Math.min(maxMinor, chargeMaxMinorOf(parseCurrency(currency)));
  if (amountMinor + tipMinor > limit) {
    const field = amountMinor > limit ? 'amount.amount' : 'tip.amount';
    throw refusedField(
      'amount_out_of_range',
      field,
      `with the tip must be at most ${limit} minor units of ${currency}`,
    );
  }
  return { amountMinor, tipMinor, tipMode: body.tipMode ?? 'none' };
}

/** The amount of a capture in minor units, or undefined for all that is authorized. */
export function capturedAmount(body: z.output<typeof captureSchema>, currency: string): number | undefined {
  if (body.amount === undefined) return undefined;
  requireCurrency('amount', body.amount.currency, currency);
  return body.amount.amount;
}

function requireCurrency(field: string, given: string, currency: string): void {
  if (given === currency) return;
  throw refusedField('currency_mismatch', `${field}.currency`, `must be ${currency}, the currency of the site`);
}
