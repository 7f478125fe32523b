import type { UnbegunSales } from '../../entities/counter/unbegun-sales.read.ts';
import type { WorkflowMessenger } from '../job-ports.ts';

export interface SweepUnbegunSalesDependencies {
  readonly unbegun: Pick<UnbegunSales, 'olderThan' | 'moneyOlderThan'>;
  readonly messenger: Pick<WorkflowMessenger, 'startSale' | 'startMemberMoney'>;
  readonly now: () => Date;
}

/** Long enough for a till that lost its answer to come back with the same key. */
const patienceMs = 60_000;
const salesAtOnce = 100;

/**
 * What was written while Temporal was away, and whose till or host never came back: its workflow is started without a
 * `begin`, so that it ends by its own clock and moves nothing. A workflow that runs, or has run, is left alone.
 */
export async function sweepUnbegunSales(deps: SweepUnbegunSalesDependencies): Promise<number> {
  const before = new Date(deps.now().getTime() - patienceMs);
  const sales = await deps.unbegun.olderThan(before.toISOString(), salesAtOnce);
  for (const sale of sales) await deps.messenger.startSale(sale);
  const money = await deps.unbegun.moneyOlderThan(before.toISOString(), salesAtOnce);
  await deps.messenger.startMemberMoney(money);
  return sales.length + Object.values({ ...money }).flat().length;
}
