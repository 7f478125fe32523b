import { z } from 'zod';
import { iouAgeBuckets, isIouOverdue } from '../../domain/members/iou.ts';
import type { Iou } from '../../entities/members/iou.entity.ts';
import type { IouAgeing } from '../../entities/members/ious.read.ts';
import { id, money, time } from '../schemas.ts';

/** What somebody owes an organisation, as callers see it. */
export const iouSchema = z
  .object({
    id: id('iou'),
    no: z.int(),
    externalRef: z.string().nullable(),
    organisation: id('organisation'),
    memberNo: z.int().meta({ description: 'Who owes; the number may belong to nobody yet' }),
    amount: money,
    description: z.string().nullable(),
    session: z.string().nullable(),
    state: z.enum(['open', 'paying', 'paid', 'cancelled', 'written_off']),
    overdue: z.boolean(),
    payment: id('payment').nullable().meta({ description: 'What pays it, or has paid it' }),
    dueAt: time.nullable(),
    remindedAt: time.nullable(),
    createdAt: time,
    closedAt: time.nullable(),
  })
  .meta({ id: 'Iou' });

/** A row as `iouSchema` has it, at `now`. */
export function iouView(row: Iou, now: Date): z.input<typeof iouSchema> {
  const { id, no, memberNo, state } = row;
  return {
    id,
    no,
    externalRef: row.externalRef ?? null,
    organisation: row.organisationId,
    memberNo,
    amount: { amount: row.amountMinor, currency: row.currency },
    description: row.description ?? null,
    session: row.sessionRef ?? null,
    state,
    overdue: isIouOverdue(state, row.dueAt?.getTime() ?? null, now.getTime()),
    payment: row.paymentId ?? null,
    ...timesOf(row),
  };
}

function timesOf(row: Iou): Pick<z.input<typeof iouSchema>, 'dueAt' | 'remindedAt' | 'createdAt' | 'closedAt'> {
  return {
    dueAt: row.dueAt?.toISOString() ?? null,
    remindedAt: row.remindedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

const bucketSchema = z.object({
  fromDays: z.int(),
  toDays: z.int().nullable(),
  count: z.int(),
  amount: money,
});

/** What is owed in one currency, by whole days since it was made. */
export const iouAgeingSchema = z
  .object({ currency: z.string(), count: z.int(), amount: money, buckets: z.array(bucketSchema) })
  .meta({ id: 'IouAgeing' });

/** Sums as `iouAgeingSchema` has them. */
export function iouAgeingView({ currency, count, amountMinor, buckets }: IouAgeing): z.input<typeof iouAgeingSchema> {
  return {
    currency,
    count,
    amount: { amount: amountMinor, currency },
    buckets: iouAgeBuckets.map(({ from, to }, index) => ({
      fromDays: from,
      toDays: to,
      count: buckets[index]?.count ?? 0,
      amount: { amount: buckets[index]?.amountMinor ?? 0, currency },
    })),
  };
}
