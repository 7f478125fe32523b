import type { Invariant } from '../../ledger/invariants.ts';

/** What must be true of members' money at any moment; each query answers the rows that break it (quality.md 4). */
export const memberMoneyInvariants: readonly Invariant[] = [
  {
    name: 'every paid payment has one transaction in the book, of its amount, and no other has any',
    sql: `SELECT p.id, p.state, p.amount_minor, p.booked_minor, COUNT(DISTINCT t.id) AS transactions, SUM(e.amount_minor) AS booked_in_book
      FROM payment p LEFT JOIN ledger_transaction t ON t.op_key = CONCAT('payment-', p.id)
      LEFT JOIN ledger_entry e ON e.transaction_id = t.id AND e.side = 'debit'
      GROUP BY p.id, p.state, p.amount_minor, p.booked_minor
      HAVING transactions <> (p.state = 'paid') OR (p.state = 'paid' AND booked_in_book <> COALESCE(p.booked_minor, p.amount_minor))`,
  },
  {
    name: 'every top-up that succeeded has its card money in the book once, of the captured amount, and no other has any',
    sql: `SELECT u.id, u.state, c.captured_minor, COUNT(DISTINCT t.id) AS transactions, SUM(e.amount_minor) AS booked_minor
      FROM top_up u LEFT JOIN card_transaction c ON c.id = u.card_transaction_id
      LEFT JOIN ledger_transaction t ON t.op_key = CONCAT('card-in-', u.card_transaction_id)
      LEFT JOIN ledger_entry e ON e.transaction_id = t.id AND e.side = 'debit'
      GROUP BY u.id, u.state, c.captured_minor
      HAVING transactions <> (u.state = 'succeeded') OR (u.state = 'succeeded' AND booked_minor <> c.captured_minor)`,
  },
  {
    name: 'every top-up whose money came late has it in the book once, and no other has any',
    sql: `SELECT u.id, u.state, COUNT(t.id) AS transactions FROM top_up u LEFT JOIN card_transaction c ON c.id = u.card_transaction_id
      LEFT JOIN ledger_transaction t ON t.op_key = CONCAT('late-money-', c.charge_ref)
      GROUP BY u.id, u.state HAVING transactions <> (u.state = 'late')`,
  },
  {
    name: 'funds are held for a host exactly while it may book within them',
    sql: `SELECT p.id, p.state, h.state AS hold FROM payment p LEFT JOIN ledger_hold h ON h.op_key = CONCAT('payment-', p.id, '-hold')
      WHERE p.payee_kind = 'host' AND COALESCE(h.state, 'none') <>
        CASE p.state WHEN 'funded' THEN 'placed' WHEN 'paid' THEN 'committed' WHEN 'released' THEN 'released' ELSE 'none' END`,
  },
  {
    name: 'every transaction of kind payment belongs to a paid payment',
    sql: `SELECT t.id, t.op_key FROM ledger_transaction t LEFT JOIN payment p ON t.op_key = CONCAT('payment-', p.id)
      WHERE t.kind = 'payment' AND t.op_key LIKE 'payment-pay\\_%' AND (p.id IS NULL OR p.state <> 'paid')`,
  },
  {
    name: 'the card transaction of a top-up is captured exactly when it succeeded, be it late',
    sql: `SELECT c.id, c.owner_id, c.state, u.state AS top_up_state FROM card_transaction c LEFT JOIN top_up u ON u.id = c.owner_id
      WHERE c.owner_kind = 'top_up' AND (u.id IS NULL OR (c.state = 'captured') <> (u.state IN ('succeeded', 'late')))`,
  },
  {
    name: 'no payment is over while its IOU is locked by it',
    sql: `SELECT i.id, i.state, p.state AS payment_state FROM iou i JOIN payment p ON p.id = i.payment_id
      WHERE i.state = 'paying' AND p.state IN ('paid', 'refused', 'short', 'expired', 'canceled')`,
  },
  {
    name: 'a callback tells what became of its payment, and only of one that is over',
    sql: `SELECT d.id, d.status, p.state FROM callback_delivery d LEFT JOIN payment p ON p.id = d.payment_id
      WHERE p.id IS NULL OR (d.status = 'Success') <> (p.state IN ('paid', 'funded', 'released'))
        OR p.state NOT IN ('paid', 'funded', 'released', 'refused', 'short', 'expired', 'canceled')`,
  },
];
