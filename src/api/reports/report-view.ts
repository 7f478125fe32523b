import { z } from 'zod';
import type { CardPayment, expectationOf } from '../../reports/admin/card-payments.ts';
import type { MemberBalanceRow, OrganisationBalanceRow } from '../../reports/admin/holder-balances.ts';
import {
  movementKinds,
  type Movements,
  type OrganisationMovements,
} from '../../reports/admin/organisation-movements.ts';
import type { SpecificRow } from '../../reports/admin/specific-transactions.ts';
import { moneyView } from '../ledger-view.ts';
import { id, money } from '../schemas.ts';
import type { Money } from '../../domain/money.ts';

/** How the lines of reports are shown on pages. */

const instant = z.string().meta({ examples: ['2026-03-31T13:00:00.000000Z'] });

export const memberBalanceRowSchema = z
  .object({ member: id('member'), no: z.int(), firstName: z.string(), lastName: z.string(), balance: money })
  .meta({ id: 'MemberBalanceLine' });

export function memberBalanceRowView({ id: member, no, firstName, lastName, balance }: MemberBalanceRow) {
  return { member, no, firstName, lastName, balance: moneyView(balance) };
}

export const organisationBalanceRowSchema = z
  .object({
    organisation: id('organisation'),
    no: z.int(),
    name: z.string(),
    status: z.string(),
    balance: money,
    float: money.meta({ description: 'What settlements leave on the account' }),
  })
  .meta({ id: 'OrganisationBalanceLine' });

export function organisationBalanceRowView(row: OrganisationBalanceRow) {
  const { id: organisation, no, name, status } = row;
  return { organisation, no, name, status, balance: moneyView(row.balance), float: moneyView(row.float) };
}

export const specificRowSchema = z
  .object({
    recordedAt: instant,
    reference: z.string(),
    administrator: z.string().nullable(),
    type: z.string(),
    holder: z.string(),
    holderNo: z.int(),
    holderName: z.string(),
    description: z.string(),
    amount: money.meta({ description: 'Plus is to the holder' }),
    payment: money.nullable().meta({ description: 'What went to the bank' }),
    fee: money.nullable().meta({ description: 'What was kept, its tax included' }),
    tax: money.nullable(),
  })
  .meta({ id: 'SpecificTransaction' });

export function specificRowView(row: SpecificRow): z.input<typeof specificRowSchema> {
  const { recordedAt, reference, administrator, type, holderNo, holderName, description } = row;
  return {
    ...{ recordedAt, reference, administrator, type, holder: row.holderId, holderNo, holderName, description },
    ...{ amount: moneyView(row.amount), payment: viewOr(row.payment), fee: viewOr(row.fee), tax: viewOr(row.tax) },
  };
}

export const cardPaymentSchema = z
  .object({
    id: id('cardTransaction'),
    capturedAt: instant,
    status: z.enum(['Succeeded', 'Partial refund', 'Refunded']),
    member: z.object({ id: id('member'), no: z.int(), name: z.string() }).nullable(),
    amount: money,
    refunded: money,
    expectedSettlement: money.nullable().meta({ description: 'Null where nobody set what cards cost' }),
    estimatedFee: money.nullable(),
    description: z.string().nullable(),
    paymentRef: z.string(),
    chargeRef: z.string().nullable(),
    brand: z.string().nullable(),
    last4: z.string().nullable(),
    expMonth: z.int().nullable(),
    expYear: z.int().nullable(),
    linkedOrganisation: z.string().nullable(),
    linkedMember: z.string().nullable(),
    linkedType: z.string().nullable(),
    linkedAmount: money.nullable(),
    receiptUrl: z.string().nullable(),
  })
  .meta({ id: 'PaidCardTransaction' });

export function paidCardView(
  row: CardPayment,
  expected: ReturnType<typeof expectationOf>,
): z.input<typeof cardPaymentSchema> {
  const { capturedAt, status, member, description, paymentRef, chargeRef, card, receiptUrl } = row;
  return {
    ...{ id: row.id, capturedAt, status, member, description, paymentRef, chargeRef, ...card, receiptUrl },
    ...{ amount: moneyView(row.amount), refunded: moneyView(row.refunded) },
    ...{ expectedSettlement: viewOr(expected?.settlement), estimatedFee: viewOr(expected?.fee) },
    ...{ linkedOrganisation: row.linkedOrganisation, linkedMember: row.linkedMember, linkedType: row.linkedType },
    linkedAmount: viewOr(row.linkedAmount),
  };
}

const movementAmounts = z.object({
  opening: money,
  ...Object.fromEntries(movementKinds.map((kind) => [kind, money])),
  closing: money,
});

export const movementRowSchema = movementAmounts
  .extend({ organisation: id('organisation'), no: z.int(), name: z.string(), status: z.string() })
  .meta({ id: 'OrganisationMovementLine' });
export const movementTotalsSchema = movementAmounts.meta({ id: 'OrganisationMovementTotals' });

export function movementRowView(row: OrganisationMovements) {
  const { id: organisation, no, name, status } = row;
  return { organisation, no, name, status, ...movementTotalsView(row) };
}

export function movementTotalsView({ opening, closing, by }: Movements) {
  const moved = Object.fromEntries(movementKinds.map((kind) => [kind, moneyView(by[kind])]));
  return { opening: moneyView(opening), ...moved, closing: moneyView(closing) };
}

/** An amount, or null where there is none. */
export function viewOr(amount: Money | null | undefined) {
  return amount === null || amount === undefined ? null : moneyView(amount);
}
