import { memberId } from '../../domain/ids.ts';
import { commitRiders } from '../commit-riders.ts';
import { noticeRider, type Word } from '../members/notice-rows.ts';
import { sqlTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** Who has a card that expires within this is told. */
const aheadMs = 30 * 24 * 3_600_000;

/** Cards that members have saved, as they are looked after; setting them is the member's, charging the workflow's. */
export class SavedCards {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Members whose set-up has been pending since before `before`, the oldest first. */
  async pendingSince(before: Date, limit: number): Promise<readonly string[]> {
    const rows = await this.#pool.rows(
      `SELECT member_id FROM auto_top_up WHERE state = 'pending' AND updated_at < ? ORDER BY updated_at LIMIT ${limit}`,
      [sqlTime(before.toISOString())],
    );
    return rows.map((row) => textOf(row, 'member_id'));
  }

  /** Ends set-ups that nobody finished. */
  async giveUpPending(before: Date, now: Date): Promise<number> {
    return this.#pool.run(
      `UPDATE auto_top_up SET state = 'off', updated_at = ?, version = version + 1 WHERE state = 'pending' AND updated_at < ?`,
      [sqlTime(now.toISOString()), sqlTime(before.toISOString())],
    );
  }

  /** Writes a notice for every card that expires soon and was not told of; answers how many. */
  async announceExpiring(now: Date, limit: number): Promise<number> {
    const until = new Date(now.getTime() + aheadMs);
    const monthOf = (at: Date): number => at.getUTCFullYear() * 12 + at.getUTCMonth() + 1;
    const rows = await this.#pool.rows(
      `SELECT t.member_id, t.last4, t.exp_month, t.exp_year FROM auto_top_up t
       LEFT JOIN notice n ON n.dedupe_key = CONCAT('card-expiring-', t.member_id, '-', t.exp_year, '-', t.exp_month)
       WHERE t.state = 'on' AND t.exp_year * 12 + t.exp_month BETWEEN ? AND ? AND n.id IS NULL ORDER BY t.member_id LIMIT ${limit}`,
      [monthOf(now), monthOf(until)],
    );
    await commitRiders(
      this.#pool,
      rows.map((row) => noticeRider(wordOf(row), now)),
    );
    return rows.length;
  }
}

function wordOf(row: SqlRow): Word {
  const member = memberId(textOf(row, 'member_id'));
  const [month, year] = [Number(row['exp_month']), Number(row['exp_year'])];
  return {
    memberId: member,
    kind: 'card_expiring',
    dedupeKey: `card-expiring-${member}-${year}-${month}`,
    facts: { last4: String(row['last4'] ?? ''), expires: `${String(month).padStart(2, '0')}/${year}` },
    inApp: true,
  };
}
