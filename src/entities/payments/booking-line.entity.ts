import { defineEntity, p } from '@mikro-orm/core';
import type { BookingId } from '../../domain/ids.ts';
import type { PayeeKind, PaymentEntryType } from '../../domain/payments/member-payment.ts';

const BookingLineSchema = defineEntity({
  name: 'BookingLine',
  tableName: 'booking_line',
  properties: {
    bookingId: p.string().$type<BookingId>().length(30).collation('ascii_bin').primary(),
    lineNo: p.integer().unsigned().primary(),
    payeeKind: p.string().$type<PayeeKind>().length(16).collation('ascii_bin'),
    payeeId: p.string().length(30).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    description: p.string().length(255).nullable(),
    type: p.string().$type<PaymentEntryType>().length(20),
    sessionRef: p.string().length(120).nullable(),
    eventRef: p.string().length(120).nullable(),
    paymentType: p.string().length(60).nullable(),
  },
});
/** One line of a booking: whom it pays, and for what. */
export class BookingLine extends BookingLineSchema.class {}
BookingLineSchema.setClass(BookingLine);
