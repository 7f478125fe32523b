import { asyncLocalStorage } from '@temporalio/activity';
import { processorAccountId } from '../../domain/ids.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { Organisation } from '../../entities/organisations/organisation.entity.ts';
import { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { loadRun, openScheduledRun } from '../../entities/reconciliation/reconciliation-runs.ts';
import { endOfDay, localTimestamp, startOfDay } from '../../reports/local-day.ts';
import { activityEdge } from '../activity-edge.ts';
import { compareDay, type DaySoFar } from './reconciliation-comparing.ts';
import {
  openReconciliationDesk,
  type ReconciliationDay,
  type ReconciliationDependencies,
} from './reconciliation-desk.ts';
import { postDay, type DayPosted } from './reconciliation-posting.ts';
import { readDay, type ReadingCursor } from './reconciliation-reading.ts';

export type ReconciliationActivities = ReturnType<typeof createReconciliationActivities>;

/** A processor's books against ours, day by day (spec/temporal.md 5.6). Each step may be done twice. */
export function createReconciliationActivities(deps: ReconciliationDependencies) {
  return {
    /** The run that the schedule works on: all whole local days since the last. Null when there are none. */
    openScheduledReconciliation: (request: { processorAccountId: string }): Promise<string | null> =>
      activityEdge(() => openScheduled(deps, request.processorAccountId)),
    /** The next local day of a run, or null when it is done. */
    nextReconciliationDay: (request: { runId: string }): Promise<ReconciliationDay | null> =>
      activityEdge(() => nextDay(deps, request.runId)),
    /** Reads the processor's lists of a day. The heartbeat carries the page, so that a killed worker's work goes on there. */
    readProviderDay: (day: ReconciliationDay): Promise<{ lines: number }> => readWithCursor(deps, day),
    /** Posts fees and payouts of the processor that are not in the book yet (decisions D7). */
    postProviderDay: (day: ReconciliationDay): Promise<DayPosted> =>
      activityEdge(async () => postDay(await openReconciliationDesk(deps, day))),
    /** Compares, writes the differences down, and moves the checkpoint. Answers how many a person should look at. */
    compareProviderDay: (request: { day: ReconciliationDay; soFar: DaySoFar }): Promise<{ alarms: number }> =>
      activityEdge(async () => compareDay(await openReconciliationDesk(deps, request.day), request.soFar)),
  };
}

async function readWithCursor(deps: ReconciliationDependencies, day: ReconciliationDay): Promise<{ lines: number }> {
  const details = asyncLocalStorage.getStore()?.info.heartbeatDetails as ReadingCursor | undefined;
  let reached = details;
  return activityEdge(
    async () =>
      readDay(await openReconciliationDesk(deps, day), {
        from: reached,
        moved: (cursor) => {
          reached = cursor;
        },
      }),
    () => reached,
  );
}

async function openScheduled(deps: ReconciliationDependencies, id: string): Promise<string | null> {
  const account = await accountOf(deps, id);
  const zone = await zoneOf(deps, account);
  const at = deps.now().toISOString();
  const until = startOfDay(localTimestamp(at, zone).slice(0, 10), zone);
  const since = startOfDay(localTimestamp(account.createdAt.toISOString(), zone).slice(0, 10), zone);
  return openScheduledRun(deps.pool, { id: account.id, since, until, at });
}

async function nextDay(deps: ReconciliationDependencies, runId: string): Promise<ReconciliationDay | null> {
  const run = await loadRun(deps.pool, runId);
  if (run.state === 'done' || run.readUntil >= run.until) return null;
  const zone = await zoneOf(deps, await accountOf(deps, run.processorAccountId));
  const end = endOfDay(localTimestamp(run.readUntil, zone).slice(0, 10), zone);
  return {
    runId,
    processorAccountId: run.processorAccountId,
    from: run.readUntil,
    until: end < run.until ? end : run.until,
  };
}

function accountOf({ orm }: ReconciliationDependencies, id: string): Promise<ProcessorAccount> {
  return unitOfWork(orm).findOneOrFail(ProcessorAccount, { id: processorAccountId(id) });
}

/** An organisation's own account has its organisation's days, every other the deployment's (decisions D6). */
async function zoneOf({ orm, defaultZone }: ReconciliationDependencies, account: ProcessorAccount): Promise<string> {
  if (!account.organisationId) return defaultZone;
  return (await unitOfWork(orm).findOneOrFail(Organisation, { id: account.organisationId })).zone;
}
