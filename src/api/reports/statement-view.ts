import { z } from 'zod';
import type { HolderBalance } from '../../reports/holder-balance.ts';
import type { MemberCardPayment } from '../../reports/members/member-cards.ts';
import type { StatementPage } from '../../reports/members/member-statement.ts';
import { moneyView } from '../ledger-view.ts';
import { id, money } from '../schemas.ts';

const recorded = z.string().meta({ examples: ['2026-11-21T05:01:45.575123Z'] });

const rowSchema = z
  .object({
    seq: z.int().meta({ description: '1 for the first row of the account' }),
    date: recorded.meta({ description: 'When it was recorded' }),
    counterparty: z
      .object({
        kind: z.string().meta({ description: 'organisation, member, card, administrator, …' }),
        id: z.string().nullable(),
        name: z.string().nullable(),
      })
      .nullable(),
    reference: z.string(),
    type: z.string(),
    description: z.string(),
    amount: money.meta({ description: 'Signed: plus is money in' }),
    balanceAfter: money,
    card: z
      .object({
        brand: z.string().nullable(),
        last4: z.string().nullable(),
        receiptUrl: z.string().nullable(),
        refunded: money,
      })
      .nullable(),
    refund: z
      .object({
        eligible: z.boolean(),
        reason: z
          .enum(['not_paid', 'no_receipt', 'already_refunded', 'insufficient_funds', 'processor_short', 'too_old'])
          .nullable(),
        amount: money.meta({ description: 'What is left to give back' }),
      })
      .nullable()
      .meta({ description: 'Whether the member may have this card payment back' }),
  })
  .meta({ id: 'StatementRow' });

export const statementSchema = z
  .object({
    member: id('member'),
    no: z.int().meta({ description: 'The public member number' }),
    name: z.string(),
    homeClub: z.string().meta({ description: '`Unknown` where there is none' }),
    rank: z.string().nullable(),
    balance: money,
    balanceShown: z.string().meta({ description: '`Nil` without any row', examples: ['1,070.00'] }),
    autoTopUp: z.object({ state: z.enum(['off', 'pending', 'on', 'disabled']), amount: money.nullable() }),
    items: z.array(rowSchema),
    next_cursor: z.string().nullable(),
  })
  .meta({ id: 'MemberStatement' });

export const memberBalanceSchema = z
  .object({
    member: id('member'),
    at: recorded.nullable().meta({ description: 'The instant that was asked for; null for now' }),
    balance: money,
    available: money.nullable().meta({ description: 'Balance less holds; of now only' }),
    held: money.nullable(),
    lastEntryAt: recorded.nullable(),
  })
  .meta({ id: 'MemberBalance' });

const cardPaymentSchema = z
  .object({
    id: id('topUp'),
    kind: z.enum(['auto', 'manual', 'payment']),
    state: z.enum([
      'created',
      'checkout',
      'pending',
      'succeeded',
      'failed',
      'expired',
      'canceled',
      'unresolved',
      'late',
    ]),
    amount: money,
    captured: money,
    refunded: money,
    brand: z.string().nullable(),
    last4: z.string().nullable(),
    receiptUrl: z.string().nullable(),
    createdAt: recorded,
    capturedAt: recorded.nullable(),
  })
  .meta({ id: 'MemberCardPayment' });

export const memberOverviewSchema = z
  .object({ member: id('member'), balance: memberBalanceSchema, cardPayments: z.array(cardPaymentSchema) })
  .meta({ id: 'MemberOverview' });

/** A page as `statementSchema` has it. */
export function statementView(member: string, page: StatementPage): z.input<typeof statementSchema> {
  const { header, autoTopUp, nextCursor } = page;
  return {
    member,
    ...header,
    balance: moneyView(page.balance),
    balanceShown: page.balanceShown,
    autoTopUp: { state: autoTopUp.state, amount: autoTopUp.amount === null ? null : moneyView(autoTopUp.amount) },
    items: page.rows.map(rowView),
    next_cursor: nextCursor === null ? null : String(nextCursor),
  };
}

function rowView(row: StatementPage['rows'][number]): z.input<typeof rowSchema> {
  const { seq, recordedAt, counterparty, reference, type, description, card, refund } = row;
  return {
    ...{ seq, date: recordedAt, counterparty, reference, type, description },
    amount: moneyView(row.amount),
    balanceAfter: moneyView(row.balanceAfter),
    card: card && {
      ...{ brand: card.brand, last4: card.last4, receiptUrl: card.receiptUrl },
      refunded: moneyView(card.refunded),
    },
    refund: refund && { eligible: refund.eligible, reason: refund.reason, amount: moneyView(refund.amount) },
  };
}

/** A balance as `memberBalanceSchema` has it; `at` is null for now. */
export function memberBalanceView(
  member: string,
  at: string | null,
  found: HolderBalance,
): z.input<typeof memberBalanceSchema> {
  const { balance, available, held, lastEntryAt } = found;
  return {
    ...{ member, at, lastEntryAt },
    balance: moneyView(balance),
    available: available && moneyView(available),
    held: held && moneyView(held),
  };
}

/** A card payment as an administrator sees it. */
export function cardPaymentView(card: MemberCardPayment): z.input<typeof cardPaymentSchema> {
  const { amount, captured, refunded } = card;
  return { ...card, amount: moneyView(amount), captured: moneyView(captured), refunded: moneyView(refunded) };
}
