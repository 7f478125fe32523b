import { defineEntity, p } from '@mikro-orm/core';
import type { BookingId, PaymentId } from '../../domain/ids.ts';

export type BookingState = 'created' | 'posted' | 'refused';

const BookingSchema = defineEntity({
  name: 'Booking',
  tableName: 'booking',
  indexes: [{ name: 'booking_payment_index', properties: ['paymentId'] }],
  properties: {
    id: p.string().$type<BookingId>().length(30).collation('ascii_bin').primary(),
    paymentId: p.string().$type<PaymentId>().length(30).collation('ascii_bin'),
    totalMinor: p.bigint('number'),
    state: p.string().$type<BookingState>().length(12).collation('ascii_bin'),
    outcome: p.string().length(40).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** What a host books within the funds of a payment, all lines in one transaction (decisions D14). */
export class Booking extends BookingSchema.class {}
BookingSchema.setClass(Booking);
