import type { FinanceDesk, ToldFinance } from './finance-desk.ts';

const dayMs = 86_400_000;

/** Has the books of the seed's account at the processor compared with ours, from a day ago until now. */
export async function reconcile(desk: FinanceDesk): Promise<void> {
  const body = { processorAccount: desk.scene.accountId, from: new Date(Date.now() - dayMs).toISOString() };
  const asked = await desk.post<ToldFinance>('reconcile', '/v1/reconciliations', body, { isAsync: true });
  if (asked.status !== 202) return;
  await desk.until<ToldFinance>(`/v1/reconciliations/${asked.body.id}`, ({ state }) => state === 'done');
}

/** The same once all is over, and what it leaves open, in words. */
export async function openDifferences(desk: FinanceDesk): Promise<string[]> {
  await reconcile(desk);
  const path = `/v1/reconciliation-differences?state=open&place=${encodeURIComponent(desk.scene.accountId)}`;
  const { items } = await desk.until<{ items: readonly object[] }>(path, () => true);
  return items.map((item) => `the books differ: ${JSON.stringify(item)}`);
}
