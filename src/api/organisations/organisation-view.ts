import { z } from 'zod';
import type { BankDetail } from '../../entities/organisations/bank-detail.entity.ts';
import type { Organisation } from '../../entities/organisations/organisation.entity.ts';
import { currency, id, money, time } from '../schemas.ts';

/** A version of bank details: never more of the account than its mask. */
export const bankDetailSchema = z
  .object({
    id: id('bankDetail'),
    no: z.int().meta({ description: 'Version within the currency' }),
    currency,
    scheme: z.enum(['bsb', 'iban']),
    account: z.string().meta({ examples: ['062-000 ***678'] }),
    current: z.boolean(),
    modifiedBy: z.string(),
    createdAt: time,
  })
  .meta({ id: 'BankDetail' });

export function bankDetailView(row: BankDetail, current: boolean): z.input<typeof bankDetailSchema> {
  const { id, no, currency, scheme, masked: account } = row;
  const modifiedBy = row.assertedActor ?? row.actor;
  return { id, no, currency, scheme, account, current, modifiedBy, createdAt: row.createdAt.toISOString() };
}

export const organisationSchema = z
  .object({
    id: id('organisation'),
    no: z.int(),
    name: z.string(),
    status: z.enum(['active', 'closed']),
    zone: z.string(),
    currency,
    email: z.string().nullable().meta({ description: 'Who is told of its money' }),
    address: z.string().nullable(),
    float: money.meta({ description: 'What a settlement leaves on its account' }),
    isInternal: z.boolean().meta({ description: 'Settled without a tax invoice' }),
    payoutMethod: z.enum(['bank', 'transfer']),
    connectedAccountRef: z.string().nullable(),
    bankDetails: z.array(bankDetailSchema).meta({ description: 'The current account of each currency, masked' }),
    externalRef: z.string().nullable(),
    createdAt: time,
    closedAt: time.nullable(),
  })
  .meta({ id: 'Organisation' });

/** `details` are the current ones of any organisations; only its own are shown. */
export function organisationView(
  row: Organisation,
  details: readonly BankDetail[],
): z.input<typeof organisationSchema> {
  const { id, no, name, status, zone, currency, isInternal, payoutMethod } = row;
  return {
    ...{ id, no, name, status, zone, currency },
    email: row.email ?? null,
    address: row.address ?? null,
    float: { amount: row.floatMinor, currency },
    ...{ isInternal, payoutMethod },
    connectedAccountRef: row.connectedAccountRef ?? null,
    bankDetails: details.filter((one) => one.organisationId === id).map((one) => bankDetailView(one, true)),
    externalRef: row.externalRef ?? null,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}
