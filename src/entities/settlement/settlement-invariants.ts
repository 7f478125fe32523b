import type { Invariant } from '../../ledger/invariants.ts';

/** An item that keeps its organisation from being settled again for the month. */
const alive = `(claim IS NOT NULL OR state = 'posted')`;

/** What stays in flight of a payout in this state: paid outside means that nobody will tell us of it (decisions 1). */
const inFlight = `('planned', 'filed', 'returned', 'paid_outside')`;

/** What was taken back of the transfer that a payout counts as paid by. */
const takenBack = `SELECT SUM(e.amount_minor) FROM ledger_transaction t
      JOIN payout p ON p.id = t.payout_id AND p.state = 'confirmed'
        AND t.op_key LIKE CONCAT('payout-', p.id, '-transfer-reversed-', p.attempt_no, '-%')
      JOIN ledger_entry e ON e.transaction_id = t.id AND e.account_id = a.id
      WHERE t.kind = 'payout-transfer-reversed'`;

/** How often `key` of each payout is in the book, where it is not as often as `expected` says. */
function booked(key: string, expected: string): string {
  return `SELECT p.id, p.state, COUNT(t.id) AS transactions FROM payout p LEFT JOIN ledger_transaction t ON t.op_key = ${key}
    GROUP BY p.id, p.state HAVING transactions <> (${expected})`;
}

/** What must be true of settlements and their payouts, at any moment; each query answers the rows that break it (quality.md 4). */
export const settlementInvariants: readonly Invariant[] = [
  {
    name: 'every posted settlement has its payout, of the figures that were planned unless it was capped',
    sql: `SELECT i.id, i.run_id, i.settled_minor, p.id AS payout_id, p.settled_minor AS paid_minor FROM settlement_item i
      LEFT JOIN payout p ON p.id = i.payout_id AND p.run_id = i.run_id AND p.organisation_id = i.organisation_id
        AND p.currency = i.currency AND p.state <> 'reversed'
      WHERE i.state = 'posted' AND (p.id IS NULL OR p.settled_minor > i.settled_minor OR (COALESCE(i.outcome, '') <> 'capped'
        AND (p.settled_minor, p.amount_minor, p.fee_minor, p.tax_minor) <> (i.settled_minor, i.payout_minor, i.fee_minor, i.tax_minor)))`,
  },
  {
    name: 'what is settled is payout, fee and tax, for every organisation',
    sql: `SELECT id, settled_minor, amount_minor, fee_minor, tax_minor FROM payout
      WHERE settled_minor <> amount_minor + fee_minor + tax_minor OR LEAST(amount_minor, fee_minor, tax_minor) < 0
      UNION ALL SELECT id, settled_minor, payout_minor, fee_minor, tax_minor FROM settlement_item
      WHERE settled_minor <> payout_minor + fee_minor + tax_minor OR LEAST(payout_minor, fee_minor, tax_minor) < 0`,
  },
  {
    name: 'every payout has its settlement in the book once, taken of its organisation to the cent',
    sql: `SELECT p.id, p.settlement_op_key, p.settled_minor, SUM(e.amount_minor) AS taken_minor FROM payout p
      LEFT JOIN ledger_transaction t ON t.op_key = p.settlement_op_key AND t.payout_id = p.id
      LEFT JOIN (ledger_entry e JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'organisation')
        ON e.transaction_id = t.id AND e.side = 'debit'
        AND a.code = CONVERT(CONCAT('organisation/', p.organisation_id, '/', p.currency) USING ascii) COLLATE ascii_bin
      GROUP BY p.id, p.settlement_op_key, p.settled_minor HAVING NOT (taken_minor <=> p.settled_minor)`,
  },
  {
    name: 'a settlement is undone in the book once exactly when its payout was given up',
    sql: booked(`CONCAT('payout-', p.id, '-given-up')`, `p.state = 'reversed'`),
  },
  {
    name: 'no organisation has two living settlements of a month, and a posted one keeps its claim',
    sql: `SELECT organisation_id, period, currency, COUNT(*) AS living FROM settlement_item WHERE ${alive}
      GROUP BY organisation_id, period, currency HAVING living > 1 OR COUNT(claim) < living`,
  },
  {
    name: 'what is in flight to organisations in the book is what their payouts have not ended',
    sql: `SELECT a.code, a.balance_minor, CAST(COALESCE((SELECT SUM(p.amount_minor) FROM payout p
        WHERE p.currency = a.currency AND p.state IN ${inFlight}), 0) + COALESCE((${takenBack}), 0) AS SIGNED) AS open_minor
      FROM ledger_account a WHERE a.kind = 'payouts-in-flight' HAVING a.balance_minor <> open_minor`,
  },
  {
    name: 'every payout that says so stands in a bank file of its currency, with the attempt under way',
    sql: `SELECT p.id, p.attempt_no, COUNT(f.id) AS files FROM payout p
      LEFT JOIN payout_file_line l ON l.payout_id = p.id AND l.attempt_no = p.attempt_no
      LEFT JOIN payout_file f ON f.id = l.file_id AND f.currency = p.currency
      WHERE p.state = 'filed' GROUP BY p.id, p.attempt_no HAVING files <> 1`,
  },
  {
    name: 'every bank file counts and sums what stands in it',
    sql: `SELECT f.id, f.payouts, f.total_minor, COUNT(p.id) AS standing, CAST(COALESCE(SUM(p.amount_minor), 0) AS SIGNED) AS sum_minor
      FROM payout_file f LEFT JOIN payout_file_line l ON l.file_id = f.id LEFT JOIN payout p ON p.id = l.payout_id
      GROUP BY f.id, f.payouts, f.total_minor HAVING f.payouts <> standing OR f.total_minor <> sum_minor`,
  },
];
