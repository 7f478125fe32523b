import type { Invariant } from '../../ledger/invariants.ts';

const taken = `('reserved', 'pending', 'unresolved', 'succeeded')`;

/** How often `key` of each refund in `asked` is in the book, where it is not as often as `expected` says. */
function booked(key: string, asked: string, expected: string): string {
  return `SELECT r.id, r.state, r.requested_by, COUNT(t.id) AS transactions FROM refund r
    LEFT JOIN ledger_transaction t ON t.op_key = ${key} WHERE ${asked}
    GROUP BY r.id, r.state, r.requested_by HAVING transactions <> (${expected})`;
}

/** What must be true of money that goes back, at any moment; each query answers the rows that break it (quality.md 4). */
export const refundInvariants: readonly Invariant[] = [
  {
    name: 'every refund that was taken on is reserved in the book once, and one that was refused never was',
    sql: booked(
      `CONCAT('refund-', r.id, '-reserved')`,
      `r.requested_by <> 'console'`,
      `r.state NOT IN ('created', 'refused')`,
    ),
  },
  {
    name: 'a refund that succeeded is confirmed in the book once, an open or refused one never',
    sql: booked(
      `CONCAT('refund-', r.id, '-confirmed')`,
      `r.requested_by <> 'console' AND r.state <> 'failed'`,
      `r.state = 'succeeded'`,
    ),
  },
  {
    name: 'a refund that failed is undone in the book once, and no other is',
    sql: booked(`CONCAT('refund-', r.id, '-undone')`, 'TRUE', `r.state = 'failed'`),
  },
  {
    name: 'a refund made at the processor is in the book once',
    sql: booked(`CONCAT('console-refund-', r.provider_ref)`, `r.requested_by = 'console'`, 'TRUE'),
  },
  {
    name: 'what a card payment says was refunded is the sum of its refunds',
    sql: `SELECT c.id, c.refunded_minor, CAST(COALESCE(SUM(r.amount_minor), 0) AS SIGNED) AS refunds_minor FROM card_transaction c
      LEFT JOIN refund r ON r.card_transaction_id = c.id AND r.state IN ${taken} AND COALESCE(r.outcome, '') <> 'more_than_paid'
      GROUP BY c.id, c.refunded_minor HAVING c.refunded_minor <> refunds_minor`,
  },
  {
    name: 'what is in flight in the book is what refunds under way have taken',
    sql: `SELECT a.code, a.balance_minor, CAST(COALESCE(SUM(r.amount_minor), 0) AS SIGNED) AS open_minor FROM ledger_account a
      LEFT JOIN refund r ON r.currency = a.currency AND r.state IN ('reserved', 'pending', 'unresolved')
      WHERE a.kind = 'refunds-in-flight' GROUP BY a.id, a.code, a.balance_minor HAVING a.balance_minor <> open_minor`,
  },
  {
    name: 'what is claimed by banks in the book is what card payments say',
    sql: `SELECT a.code, a.balance_minor, d.open_minor FROM ledger_account a
      JOIN (SELECT currency, CAST(SUM(IF(state = 'open', amount_minor, 0)) AS SIGNED) AS open_minor FROM dispute GROUP BY currency) d
        ON d.currency = a.currency
      WHERE a.kind = 'receivable/disputes' AND a.balance_minor <> d.open_minor`,
  },
  {
    name: 'an internal refund is in the book once exactly when it says so',
    sql: `SELECT i.id, i.state, COUNT(t.id) AS transactions FROM internal_refund i
      LEFT JOIN ledger_transaction t ON t.op_key = CONCAT(i.kind, '-refund-', i.id)
      GROUP BY i.id, i.state HAVING transactions <> (i.state = 'posted')`,
  },
];
