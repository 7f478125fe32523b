import { DomainError } from '../../domain/errors.ts';
import type { BookingId } from '../../domain/ids.ts';
import type { Rider, SqlValue } from '../../ledger/riders.ts';
import { Booking } from './booking.entity.ts';
import { BookingLine } from './booking-line.entity.ts';
import { readTogether, type Shelf } from '../shelf.ts';

/** A booking with its lines, in order. */
export interface BookingFile {
  readonly booking: Booking;
  readonly lines: readonly BookingLine[];
}

/** Reads a booking in one round trip. Throws `not_found`. */
export async function loadBooking(shelf: Shelf, id: BookingId): Promise<BookingFile> {
  const found = await readTogether(shelf, [
    { sql: 'SELECT * FROM booking WHERE id = ?', values: [id] },
    { sql: 'SELECT * FROM booking_line WHERE booking_id = ? ORDER BY line_no', values: [id] },
  ]);
  const booking = found.first(Booking, 0);
  if (booking === null) throw new DomainError('not_found', `There is no booking ${id}.`);
  return { booking, lines: found.all(BookingLine, 1) };
}

/** Ends a booking, guarded by its version. */
export function bookingRider(
  booking: Booking,
  set: Readonly<Record<string, SqlValue>> & { readonly state: 'posted' | 'refused'; readonly updated_at: Date },
): Rider {
  return { update: 'booking', key: { id: booking.id }, expectedVersion: booking.version, set };
}
