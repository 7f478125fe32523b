import type { TerminalSaleActivities } from '../../../src/activities/counter/terminal-sale.activities.ts';
import { saleColumns, saleSnapshotOf } from '../../../src/entities/counter/sale-facts.ts';
import type { SaleSnapshot } from '../../../src/domain/counter/sale-snapshot.ts';
import type { SqlPool, SqlValue } from '../../../src/entities/sql-pool.ts';
import { scripted, type Call } from '../../workflows/scripted.ts';

/** Activities that a test scripts one by one; each changes the sale's row as the real ones would. */
export interface SaleScript {
  /** Replaced by a test for its story; `reset` puts the friendly ones back. */
  script: Partial<TerminalSaleActivities>;
  readonly calls: Call[];
  readonly activities: TerminalSaleActivities;
  /** Writes columns of the sale's row and a line of its timeline, and answers the row as it then stands. */
  become(saleId: string, columns: Readonly<Record<string, SqlValue>>): Promise<SaleSnapshot>;
  reset(): void;
}

/** A reader that acknowledges, a card that is approved, a capture that is posted. */
export function saleScript(pool: SqlPool): SaleScript {
  const become = async (saleId: string, columns: Readonly<Record<string, SqlValue>>): Promise<SaleSnapshot> => {
    const sets = Object.keys(columns).map((column) => `${column} = ?`);
    await pool.run(`UPDATE sale SET ${sets.join(', ')}, updated_at = UTC_TIMESTAMP(6) WHERE id = ?`, [
      ...Object.values(columns),
      saleId,
    ]);
    const [row] = await pool.rows(`SELECT ${saleColumns} FROM sale WHERE id = ?`, [saleId]);
    const sale = saleSnapshotOf(row!);
    await pool.run(
      'INSERT INTO sale_event (sale_id, occurred_at, what, why, state) VALUES (?, UTC_TIMESTAMP(6), ?, NULL, ?)',
      [saleId, sale.state, sale.state],
    );
    return sale;
  };
  const friendly: Partial<TerminalSaleActivities> = {
    dispatchSale: async ({ saleId, attempt }) => ({
      kind: 'done',
      sale: await become(saleId, { state: 'awaiting_card', attempt }),
    }),
    takeSale: async ({ saleId, amountMinor }) => ({
      kind: 'done',
      sale: await become(saleId, { state: 'posted', captured_minor: amountMinor ?? 2_500 }),
    }),
    cancelSale: async ({ saleId, ending }) => ({ kind: 'done', sale: await become(saleId, { state: ending }) }),
    lapseSale: async ({ saleId }) => become(saleId, { state: 'never_begun' }),
    loseSale: async ({ saleId }) => become(saleId, { state: 'unresolved' }),
  };
  const story: { script: Partial<TerminalSaleActivities> } = { script: { ...friendly } };
  const { activities, calls } = scripted(() => story.script);
  return Object.assign(story, {
    activities,
    calls,
    become,
    reset: () => {
      story.script = { ...friendly };
      calls.length = 0;
    },
  });
}
