import type { Invariant } from '../../ledger/invariants.ts';

const final = `('posted', 'canceled', 'expired', 'never_begun')`;

/** What must be true of sales at any moment; each query answers the rows that break it (quality.md 4). */
export const saleInvariants: readonly Invariant[] = [
  {
    name: 'every posted sale has one transaction in the book, of the captured amount',
    sql: `SELECT s.id, s.captured_minor, COUNT(DISTINCT t.id) AS transactions, SUM(e.amount_minor) AS booked_minor
      FROM sale s LEFT JOIN ledger_transaction t ON t.sale_id = s.id AND t.kind = 'sale'
      LEFT JOIN ledger_entry e ON e.transaction_id = t.id AND e.side = 'debit'
      WHERE s.state = 'posted' GROUP BY s.id, s.captured_minor
      HAVING transactions <> 1 OR booked_minor <> s.captured_minor`,
  },
  {
    name: 'every transaction of kind sale belongs to a posted sale',
    sql: `SELECT t.id, t.sale_id, s.state FROM ledger_transaction t LEFT JOIN sale s ON s.id = t.sale_id
      WHERE t.kind = 'sale' AND (s.id IS NULL OR s.state <> 'posted')`,
  },
  {
    name: 'a sale without captured money is not captured, and one that is posted is',
    sql: `SELECT id, state, captured_minor FROM sale
      WHERE (state IN ('captured', 'posted')) <> (captured_minor > 0)`,
  },
  {
    name: 'no sale takes more than was authorized, nor gives back more than it took',
    sql: `SELECT id, authorized_minor, captured_minor, refunded_minor FROM sale
      WHERE captured_minor > authorized_minor OR refunded_minor > captured_minor`,
  },
  {
    name: 'every final sale has exactly one event that ended it, and an open one has none',
    sql: `SELECT s.id, s.state, COUNT(e.no) AS endings FROM sale s
      LEFT JOIN sale_event e ON e.sale_id = s.id AND e.what IN ${final}
      GROUP BY s.id, s.state HAVING endings <> (s.state IN ${final})`,
  },
  {
    name: 'a final sale holds neither its order nor a reader',
    sql: `SELECT s.id, s.state, s.open_for, r.id AS reader FROM sale s LEFT JOIN reader r ON r.lease_owner = s.id
      WHERE s.state IN ${final} AND (s.open_for IS NOT NULL OR r.id IS NOT NULL)`,
  },
  {
    name: 'the card transaction of a sale tells the same as the sale',
    sql: `SELECT c.id, c.owner_id, c.captured_minor, s.captured_minor AS sale_captured_minor
      FROM card_transaction c LEFT JOIN sale s ON s.id = c.owner_id
      WHERE c.owner_kind = 'sale' AND (s.id IS NULL OR c.captured_minor <> s.captured_minor)`,
  },
  {
    name: 'captured card money covers what was refunded and disputed',
    sql: `SELECT id, captured_minor, refunded_minor, disputed_minor FROM card_transaction
      WHERE refunded_minor + disputed_minor > captured_minor`,
  },
  {
    name: 'every known processor fee is in the book once',
    sql: `SELECT c.id, c.balance_transaction_ref, c.fee_minor, COUNT(t.id) AS transactions FROM card_transaction c
      LEFT JOIN ledger_transaction t ON t.kind = 'processor-fee' AND t.provider_ref = c.balance_transaction_ref
      WHERE c.balance_transaction_ref IS NOT NULL AND c.fee_minor <> 0
      GROUP BY c.id, c.balance_transaction_ref, c.fee_minor HAVING transactions <> 1`,
  },
  {
    name: 'attempts, events and registered objects belong to a sale that exists',
    sql: `SELECT 'sale_attempt' AS row_of, a.sale_id FROM sale_attempt a LEFT JOIN sale s ON s.id = a.sale_id WHERE s.id IS NULL
      UNION ALL SELECT 'sale_event', e.sale_id FROM sale_event e LEFT JOIN sale s ON s.id = e.sale_id WHERE s.id IS NULL
      UNION ALL SELECT 'provider_object', o.owner_id FROM provider_object o LEFT JOIN sale s ON s.id = o.owner_id
        WHERE o.owner_kind = 'sale' AND s.id IS NULL`,
  },
  {
    name: 'no event waits in the inbox for more than ten minutes after its time',
    sql: `SELECT id, type, state, due_at FROM provider_event
      WHERE state = 'received' AND COALESCE(due_at, received_at) < UTC_TIMESTAMP(6) - INTERVAL 10 MINUTE`,
  },
];
