import type { ProviderEventRows } from '../../entities/events/provider-event-rows.ts';

export interface SweepInboxDependencies {
  readonly rows: Pick<ProviderEventRows, 'takeDue'>;
  readonly queueAgain: (eventRowIds: readonly string[]) => Promise<void>;
  readonly now: () => Date;
}

const rowsPerPage = 500;
const pagesPerSweep = 4;
/** A row that was queued again and is still not settled comes back after this, in ms. */
const againAfterMs = 15_000;

/**
 * Queues again what nobody dispatched: rows whose job was lost (Redis was away, or emptied), and parked rows whose time
 * has come. Bounded, the longest overdue first, so that a backlog drains without crowding out what arrives.
 */
export async function sweepInbox(deps: SweepInboxDependencies): Promise<number> {
  let queued = 0;
  for (let page = 0; page < pagesPerSweep; page += 1) {
    const now = deps.now();
    const againAt = new Date(now.getTime() + againAfterMs).toISOString();
    const ids = await deps.rows.takeDue(now.toISOString(), againAt, rowsPerPage);
    if (ids.length > 0) await deps.queueAgain(ids);
    queued += ids.length;
    if (ids.length < rowsPerPage) break;
  }
  return queued;
}
