import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { TopUpLimits } from '../../domain/cards/auto-top-up.ts';
import { DomainError } from '../../domain/errors.ts';
import type { MemberId } from '../../domain/ids.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AutoTopUps } from '../../entities/cards/auto-top-ups.ts';
import type { AutoTopUp } from '../../entities/cards/auto-top-up.entity.ts';
import type { Member } from '../../entities/members/member.entity.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { cardAccountFor } from '../../entities/payments/payment-file.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import type { CardSetUpDirect } from '../../stripe/card-set-up.direct.ts';
import { refusedField } from '../refused-field.ts';
import { money } from '../schemas.ts';

export interface AutoTopUpParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly autoTopUps: AutoTopUps;
  readonly limitsOf: (currency: string) => TopUpLimits;
  readonly setUpsAt: (account: ProcessorAccount) => CardSetUpDirect;
  /** Lets the member's workflow look for a card that may have been saved. */
  readonly lookForCard: (memberId: string) => Promise<void>;
}

/** How a member's balance is refilled, as callers see it. */
export const autoTopUpSchema = z
  .object({
    state: z.enum(['off', 'pending', 'on', 'disabled']),
    amount: money.nullable(),
    chargeCap: money.nullable(),
    card: z
      .object({
        brand: z.string().nullable(),
        last4: z.string(),
        expMonth: z.int().nullable(),
        expYear: z.int().nullable(),
      })
      .nullable(),
    disabledReason: z.string().nullable(),
    setUp: z
      .object({ setupRef: z.string(), clientSecret: z.string(), publishableKey: z.string().nullable() })
      .optional()
      .meta({ description: 'What the browser needs to save a card; never stored' }),
  })
  .meta({ id: 'AutoTopUp' });
type View = z.input<typeof autoTopUpSchema>;

/** A row as `autoTopUpSchema` has it; no row means that it was never asked for. */
export function autoTopUpView(row: AutoTopUp | null, currency: string): View {
  const amount = (minor: number | null | undefined) => (minor ? { amount: minor, currency } : null);
  return {
    state: row?.state ?? 'off',
    amount: amount(row?.amountMinor),
    chargeCap: amount(row?.chargeCapMinor),
    card: row === null ? null : cardOf(row),
    disabledReason: row?.disabledReason ?? null,
  };
}

function cardOf({ brand, last4, expMonth, expYear }: AutoTopUp): View['card'] {
  if (!last4) return null;
  return { brand: brand ?? null, last4, expMonth: expMonth ?? null, expYear: expYear ?? null };
}

/** The member, or `not_found`. */
export async function ownMember(orm: Orm, principal: Principal, id: string): Promise<Member> {
  const member = await scopedTo(unitOfWork(orm), principal).member(id);
  if (member === null) throw new DomainError('not_found', 'There is no such member.');
  return member;
}

/** One customer per member for ever, and a new set-up for its next card; the old card serves meanwhile (decisions D9). */
export async function beginSetUp(parts: AutoTopUpParts, member: Member): Promise<View> {
  const account = await cardAccountFor(parts, member.currency);
  if (account === null) throw new DomainError('conflict', `No processor account takes cards in ${member.currency}.`);
  const { autoDefaultMinor: amountMinor } = parts.limitsOf(member.currency);
  await parts.autoTopUps.ensure(member.id, { account: account.id, amountMinor });
  // A set-up moves nothing, and the browser that asks again wants one that it has not seen.
  const key = `member-${member.id}-set-up-${randomUUID()}`;
  const customerRef = await customerOf(parts, member.id, account);
  const setUp = await parts.setUpsAt(account).setUp({ key, customerRef, memberId: member.id });
  const view = autoTopUpView(await parts.autoTopUps.find(member.id), member.currency);
  return { ...view, setUp: { ...setUp, publishableKey: account.publishableKey ?? null } };
}

async function customerOf(parts: AutoTopUpParts, memberId: MemberId, account: ProcessorAccount): Promise<string> {
  const known = (await parts.autoTopUps.find(memberId))?.customerRef;
  if (known) return known;
  const made = await parts.setUpsAt(account).customer({ key: `member-${memberId}-customer`, memberId });
  await parts.autoTopUps.keepCustomer(memberId, made);
  return made;
}

/** Whole units between the limits of cobalt.md 2.21; what is odd is refused, and nothing is changed (W-25). */
export function requireAmount(limits: TopUpLimits, amountMinor: number, field: string): void {
  const isWhole = amountMinor % 100 === 0;
  const { manualMinimumMinor: least, balanceMaximumMinor: most } = limits;
  if (isWhole && amountMinor >= least && amountMinor <= most) return;
  throw refusedField('amount_out_of_range', field, `must be whole and from ${least} to ${most}`);
}

/** Forgets the card here and at the processor; the customer stays (W-35). */
export async function cancelAutoTopUp(parts: AutoTopUpParts, member: Member): Promise<View> {
  const row = await parts.autoTopUps.find(member.id);
  const account = await cardAccountFor(parts, member.currency);
  const off = { state: 'off', amount_minor: null, payment_method_ref: null };
  await parts.autoTopUps.change(member.id, { ...off, brand: null, last4: null, exp_month: null, exp_year: null });
  if (row?.paymentMethodRef && account !== null) await parts.setUpsAt(account).detach(row.paymentMethodRef);
  return autoTopUpView(await parts.autoTopUps.find(member.id), member.currency);
}
