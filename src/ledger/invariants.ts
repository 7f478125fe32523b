import { transactionKinds } from '../domain/ledger.ts';
import { accountKinds, normalSideOf, type LedgerAccountKind } from '../domain/ledger-account.ts';
import { literal, literals } from './sql-text.ts';

/** Something that is true after every step: a query that answers no row (quality.md 4). */
export interface Invariant {
  /** What holds, in words. */
  readonly name: string;
  /** Answers the rows that violate it, as columns that help to find them. */
  readonly sql: string;
}

/** An entry's amount with its sign on the account's normal side. */
const signed = 'IF(e.side = a.normal_side, e.amount_minor, -e.amount_minor)';

/** The invariants of the book. */
export const bookInvariants: readonly Invariant[] = [
  {
    name: 'every transaction sums to zero in every currency',
    sql: `SELECT e.transaction_id, a.currency, SUM(IF(e.side = 'debit', e.amount_minor, -e.amount_minor)) AS off_by
      FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
      GROUP BY e.transaction_id, a.currency HAVING off_by <> 0`,
  },
  {
    name: 'every transaction has entries',
    sql: `SELECT t.id, t.op_key FROM ledger_transaction t
      LEFT JOIN ledger_entry e ON e.transaction_id = t.id WHERE e.transaction_id IS NULL`,
  },
  {
    name: 'every entry belongs to a transaction and an account',
    sql: `SELECT e.account_id, e.seq, e.transaction_id FROM ledger_entry e
      LEFT JOIN ledger_transaction t ON t.id = e.transaction_id
      LEFT JOIN ledger_account a ON a.id = e.account_id WHERE t.id IS NULL OR a.id IS NULL`,
  },
  {
    name: 'every entry has a side and an amount above zero',
    sql: `SELECT account_id, seq, side, amount_minor FROM ledger_entry
      WHERE amount_minor <= 0 OR side NOT IN ('debit', 'credit')`,
  },
  {
    name: 'every account balance is the sum of its entries',
    sql: `SELECT a.code, a.balance_minor, COALESCE(SUM(${signed}), 0) AS sum_minor
      FROM ledger_account a LEFT JOIN ledger_entry e ON e.account_id = a.id
      GROUP BY a.id, a.code, a.balance_minor HAVING a.balance_minor <> sum_minor`,
  },
  {
    name: 'every account agrees with its last entry',
    sql: `SELECT a.code, a.entry_count, a.balance_minor, e.balance_after_minor FROM ledger_account a
      LEFT JOIN ledger_entry e ON e.account_id = a.id AND e.seq = a.entry_count
      WHERE (a.entry_count > 0 AND (e.seq IS NULL OR e.balance_after_minor <> a.balance_minor
        OR NOT (e.recorded_at <=> a.last_recorded_at)))
      OR (a.entry_count = 0 AND a.balance_minor <> 0)
      OR a.entry_count <> (SELECT COUNT(*) FROM ledger_entry n WHERE n.account_id = a.id)`,
  },
  {
    name: 'every balance-after follows from the entry before, without a gap and never back in time',
    sql: `SELECT code, seq, balance_after_minor FROM (
        SELECT a.code, e.seq, e.balance_after_minor, ${signed} AS change_minor, e.recorded_at,
          COALESCE(LAG(e.seq) OVER w, 0) AS seq_before, COALESCE(LAG(e.balance_after_minor) OVER w, 0) AS balance_before,
          LAG(e.recorded_at) OVER w AS recorded_before
        FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
        WINDOW w AS (PARTITION BY e.account_id ORDER BY e.seq)) AS chain
      WHERE seq <> seq_before + 1 OR balance_after_minor <> balance_before + change_minor
        OR recorded_at < recorded_before`,
  },
  {
    name: 'entries are recorded when their transaction is',
    sql: `SELECT e.account_id, e.seq, e.recorded_at, t.recorded_at AS transaction_recorded_at FROM ledger_entry e
      JOIN ledger_transaction t ON t.id = e.transaction_id WHERE e.recorded_at <> t.recorded_at`,
  },
  {
    name: 'no account was pushed below its floor except by a kind that may, or by a hold',
    sql: `SELECT a.code, e.seq, e.balance_after_minor, t.kind FROM ledger_entry e
      JOIN ledger_account a ON a.id = e.account_id
      JOIN ledger_transaction t ON t.id = e.transaction_id
      WHERE a.floor_minor IS NOT NULL AND e.side <> a.normal_side AND t.overdraft_minor IS NOT NULL
        AND e.balance_after_minor < a.floor_minor - t.overdraft_minor
        AND NOT EXISTS (SELECT 1 FROM ledger_hold h
          WHERE h.account_id = a.id AND h.state = 'committed' AND h.ended_by = t.op_key)`,
  },
  {
    name: 'every transaction may overdraw as far as its kind says',
    sql: `SELECT id, kind, overdraft_minor FROM ledger_transaction
      WHERE NOT ((kind IN (${literals(kindsThat('never'))}) AND overdraft_minor <=> 0)
        OR (kind IN (${literals(kindsThat('allowed'))}) AND overdraft_minor IS NULL)
        OR (kind IN (${literals(kindsThat('limited'))}) AND COALESCE(overdraft_minor, -1) >= 0))`,
  },
  {
    name: 'what every account holds is the sum of its open holds',
    sql: `SELECT a.code, a.held_minor, COALESCE(SUM(h.amount_minor), 0) AS sum_minor FROM ledger_account a
      LEFT JOIN ledger_hold h ON h.account_id = a.id AND h.state = 'placed'
      GROUP BY a.id, a.code, a.held_minor HAVING a.held_minor <> sum_minor`,
  },
  {
    name: 'every hold ended once, for no more than it held, by an act that is known',
    sql: `SELECT h.op_key, h.state, h.amount_minor, h.committed_minor, h.ended_by FROM ledger_hold h
      LEFT JOIN ledger_transaction t ON t.op_key = h.ended_by
      WHERE NOT ((h.state = 'placed' AND h.committed_minor = 0 AND h.ended_by IS NULL)
        OR (h.state = 'released' AND h.committed_minor = 0 AND h.ended_by IS NOT NULL)
        OR (h.state = 'committed' AND h.committed_minor BETWEEN 1 AND h.amount_minor AND t.id IS NOT NULL))
        OR h.amount_minor <= 0`,
  },
  {
    name: 'nothing was posted to a closed account',
    sql: `SELECT a.code, a.closed_at, a.last_recorded_at FROM ledger_account a WHERE a.last_recorded_at > a.closed_at`,
  },
  {
    name: 'every account is of a known kind, on its normal side, with its floor, named with its currency',
    sql: `SELECT code, kind, normal_side, floor_minor, currency FROM ledger_account
      WHERE NOT (${Object.keys(accountKinds)
        .map((kind) => accountCondition(kind as LedgerAccountKind))
        .join(' OR ')})
        OR RIGHT(code, 4) <> CONCAT('/', currency)`,
  },
  {
    name: 'one transaction per kind and object of the provider',
    sql: `SELECT kind, provider_ref, COUNT(*) AS posted FROM ledger_transaction
      WHERE kind IN ('processor-fee', 'late-money', 'console-refund', 'paid-at-source', 'destination-transfer',
        'dispute-opened', 'dispute-won', 'dispute-lost', 'processor-payout', 'processor-take-back')
      GROUP BY kind, provider_ref, processor_account_id HAVING posted > 1 OR provider_ref IS NULL`,
  },
  {
    name: 'what was posted is protected by its triggers',
    sql: `SELECT wanted.name FROM (${triggerNames()
      .map((name) => `SELECT ${literal(name)} AS name`)
      .join(' UNION ALL ')}) AS wanted
      WHERE NOT EXISTS (SELECT 1 FROM information_schema.triggers t
        WHERE t.trigger_schema = DATABASE() AND t.trigger_name = wanted.name)`,
  },
];

function kindsThat(overdraft: string): readonly string[] {
  return Object.entries(transactionKinds).flatMap(([kind, may]) => (may === overdraft ? [kind] : []));
}

function accountCondition(kind: LedgerAccountKind): string {
  const { floorMinor } = accountKinds[kind];
  const floor = floorMinor === null ? 'floor_minor IS NULL' : `floor_minor <=> ${floorMinor}`;
  return `(kind = ${literal(kind)} AND normal_side = ${literal(normalSideOf(kind))} AND ${floor}
    AND code LIKE ${literal(`${kind}/%`)})`;
}

function triggerNames(): readonly string[] {
  return ['ledger_transaction', 'ledger_entry', 'ledger_seal'].flatMap((table) =>
    ['update', 'delete'].map((event) => `${table}_refuses_${event}`),
  );
}
