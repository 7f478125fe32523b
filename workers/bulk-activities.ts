import { createReconciliationActivities } from '../src/activities/reconciliation.activities.ts';
import type { ReconciliationDependencies } from '../src/activities/reconciliation-desk.ts';

/** What the bulk queue's activities stand on. */
export type BulkDependencies = ReconciliationDependencies;

/** What the workflows of the `bulk` queue do in the world: settlements, payouts and reconciliation. */
export function createBulkActivities(deps: BulkDependencies): object {
  return { ...createReconciliationActivities(deps) };
}
