/** What the workflows of the `bulk` queue do in the world: settlements, payouts and reconciliation. */
export function createBulkActivities(): object {
  return {};
}
