import { after } from './holder-rows.ts';

/**
 * What an entry of an organisation is about. Each entry is of exactly one class, the first that fits, so that the parts
 * of a report add up to the whole (decisions D22).
 */
export const movementClasses = ['settlement', 'membership', 'event', 'session', 'other'] as const;
export type MovementClass = (typeof movementClasses)[number];

/** What undoes something is about the same thing as what it undoes. */
const subjectOpKey = 'COALESCE(t.reverses, t.op_key)';

/**
 * Joins the payment, the host's booking line or the internal refund behind an entry `e` of a transaction `t`. A host
 * books line by line, each a debit and a credit in turn (postings/payment.ts), so an entry's position tells its line.
 */
export const subjectTables = `LEFT JOIN payment p ON p.id = ${after('payment-', subjectOpKey)}
  LEFT JOIN booking b FORCE INDEX (booking_payment_index) ON b.payment_id = p.id AND b.state = 'posted' AND p.payee_kind = 'host'
  LEFT JOIN booking_line l ON l.booking_id = b.id AND l.line_no = e.position DIV 2
  LEFT JOIN internal_refund r ON r.id = COALESCE(${after('session-refund-', subjectOpKey)}, ${after('event-refund-', subjectOpKey)})`;

/** The host's event, or NULL. */
export const eventRef = `COALESCE(l.event_ref, IF(l.session_ref IS NULL, p.event_ref, NULL), IF(r.kind = 'event', r.subject_ref, NULL))`;

/** The host's session, or NULL. */
export const sessionRef = `COALESCE(l.session_ref, IF(l.event_ref IS NULL, p.session_ref, NULL), IF(r.kind = 'session', r.subject_ref, NULL))`;

/** One of `movementClasses`. A payout by the processor itself is a settlement that we need not make (decisions D71). */
export const movementClass = `CASE WHEN e.type IN ('Settlement', 'Payout') THEN 'settlement'
    WHEN e.type = 'Club Membership' THEN 'membership'
    WHEN ${eventRef} IS NOT NULL THEN 'event' WHEN ${sessionRef} IS NOT NULL THEN 'session' ELSE 'other' END`;
