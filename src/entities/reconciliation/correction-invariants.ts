import type { Invariant } from '../../ledger/invariants.ts';

const opKey = `CASE c.kind WHEN 'manual_settlement' THEN CONCAT('manual-settlement-', c.payout_id)
  ELSE CONCAT(REPLACE(c.kind, '_', '-'), '-', c.id) END`;

/** What must be true of what was booked by hand; each query answers the rows that break it (quality.md 4). */
export const correctionInvariants: readonly Invariant[] = [
  {
    name: 'a correction by hand is in the book once exactly when it says so',
    sql: `SELECT c.id, c.kind, c.state, COUNT(t.id) AS transactions FROM correction c
      LEFT JOIN ledger_transaction t ON t.op_key = ${opKey}
      GROUP BY c.id, c.kind, c.state HAVING transactions <> (c.state = 'posted')`,
  },
  {
    name: 'a settlement by hand has its payout, paid outside and of its figures, exactly when it is booked',
    sql: `SELECT c.id, c.state, COUNT(p.id) AS payouts FROM correction c
      LEFT JOIN payout p ON p.id = c.payout_id AND p.state = 'paid_outside' AND p.run_id IS NULL
        AND p.organisation_id = c.organisation_id AND p.settled_minor = c.amount_minor AND p.amount_minor = c.payout_minor
        AND p.settled_minor = p.amount_minor + p.fee_minor + p.tax_minor
      WHERE c.kind = 'manual_settlement' GROUP BY c.id, c.state HAVING payouts <> (c.state = 'posted')`,
  },
  {
    name: 'a correction that waited was never decided by who asked for it',
    sql: `SELECT id, actor, asserted_actor, decided_by FROM correction WHERE decided_by IS NOT NULL
      AND (decided_by = actor OR decided_by = asserted_actor OR decided_by = CONCAT('person:', asserted_actor))`,
  },
];
