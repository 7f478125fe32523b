import { z } from 'zod';
import { containsCardNumber } from '../domain/cards/card-number.ts';
import { idPattern, type IdKind } from '../domain/ids.ts';

/** Building blocks of requests and answers. Requests are strict: a field that is not named here is refused. */

/** An identifier of `kind`, such as `sal_01K…`. */
export function id(kind: IdKind) {
  return z.string().regex(idPattern(kind));
}

/** An ISO 8601 time in UTC. */
export const time = z.iso.datetime();

/** An ISO 4217 code. */
export const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be three capital letters')
  .meta({ description: 'ISO 4217 code', examples: ['AUD'] });

/** A strictly positive amount as callers give it: whole minor units, never a decimal or a string. */
export const positiveMoney = z
  .strictObject({
    amount: z
      .int()
      .positive()
      .meta({ description: 'Minor units, for example cents', examples: [2500] }),
    currency,
  })
  .meta({ id: 'PositiveMoney' });

/** An amount as we answer it. */
export const money = z
  .object({ amount: z.int().meta({ description: 'Minor units', examples: [2500] }), currency })
  .meta({ id: 'Money' });

/**
 * A line of text for people: no control characters, no halves of characters, and nothing that looks like a card number,
 * which we must never hold (quality.md, PCI scope).
 */
export function text(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .regex(/^\P{Cc}*$/u, 'must be one line without control characters')
    .refine((value) => value.isWellFormed(), 'must be well-formed text')
    .refine((value) => !containsCardNumber(value), 'must not contain a card number');
}

/** A reference of the caller's own system. */
export const externalRef = text(120).meta({ description: 'Your own name for it, unique per organisation' });

/** Lower-case letters, digits and hyphens, beginning with a letter; so it is never taken for a number or an id. */
export const slug = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,62}[a-z0-9]$/, 'must be 3 to 64 of a-z, 0-9 and -, from a letter on');

/** A name from the IANA zone database. */
export const zone = z
  .string()
  .max(64)
  .refine(isZone, 'must be an IANA time zone')
  .meta({ description: 'IANA time zone', examples: ['Australia/Sydney'] });

/** ISO 3166 code of a country. */
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/, 'must be two capital letters')
  .meta({ examples: ['AU'] });

/** `limit` and `cursor` of a list; the cursor is the `next_cursor` of the page before. */
export function pageOf(kind: IdKind) {
  return {
    limit: z.coerce.number().int().min(1).max(100).default(50),
    cursor: id(kind).optional().meta({ description: '`next_cursor` of the page before' }),
  };
}

/** A page of `item`s. */
export function listOf(item: z.ZodType) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

/** `{id}` in a path. */
export function idParam(kind: IdKind) {
  return z.object({ id: id(kind) });
}

/** The shape of every error (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ examples: ['urn:tillflow:problem:invalid_request'] }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; branch on this', examples: ['invalid_request'] }),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' });

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
