import { processorAccountId } from '../../domain/ids.ts';
import { readNews } from '../../domain/events/provider-news.ts';
import type { ProcessorSweepPort, ProviderEventFact } from '../../domain/counter/processor-port.ts';
import type { AccountSweeps, AccountToSweep } from '../../entities/account-sweeps.ts';
import type { Inbox } from '../../entities/events/provider-event-inbox.ts';

export interface SweepProviderEventsDependencies {
  readonly accounts: Pick<AccountSweeps, 'withOpenSales' | 'quietSince' | 'readUntil'>;
  /** How often accounts are read at which nothing waits, in ms. */
  readonly quietSweepMs: number;
  readonly sweepFor: (processorAccountId: string) => Promise<Pick<ProcessorSweepPort, 'eventsSince'>>;
  readonly inbox: Pick<Inbox, 'receive'>;
  readonly now: () => Date;
}

/** Events may be listed a little later than they were made, so that a sweep looks back over the end of the last one. */
const overlapMs = 10_000;
const eventsPerPage = 100;
/** By then Stripe lists an event, however slow it is: a quiet account that was read is read up to there. */
const settledMs = 60_000;

/**
 * Reads the processor's events back into the inbox, for accounts with open sales (decisions D49) and now and then for
 * all others, at which money goes back or comes late: what a webhook
 * brought already is a duplicate there, what was lost is dispatched as if it had come. One account that cannot be read
 * does not keep the others from it; the error is thrown when all are done.
 */
export async function sweepProviderEvents(deps: SweepProviderEventsDependencies): Promise<number> {
  const busy = await deps.accounts.withOpenSales();
  const before = new Date(deps.now().getTime() - deps.quietSweepMs).toISOString();
  const isBusy = new Set(busy.map((account) => account.processorAccountId));
  const quiet = await deps.accounts.quietSince(before);
  const accounts = [...busy, ...quiet.filter((account) => !isBusy.has(account.processorAccountId))];
  const results = await Promise.allSettled(accounts.map((account) => sweepAccount(deps, account)));
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (errors.length > 0) throw new AggregateError(errors, `${errors.length} accounts could not be swept`);
  return results.reduce((sum, result) => sum + (result.status === 'fulfilled' ? result.value : 0), 0);
}

/** Answers how many events the inbox had not heard of. */
async function sweepAccount(deps: SweepProviderEventsDependencies, account: AccountToSweep): Promise<number> {
  const beganAt = deps.now().getTime();
  const port = await deps.sweepFor(account.processorAccountId);
  // A cursor ahead of our clock came from a processor whose clock was; it must not blind the sweep.
  const from = Math.min(Date.parse(account.readUntil), deps.now().getTime()) - overlapMs;
  let page: ProviderEventFact[] = [];
  let found = 0;
  for await (const event of port.eventsSince(new Date(from).toISOString())) {
    page.push(event);
    if (page.length < eventsPerPage) continue;
    found += await takeIn(deps, account, page);
    page = [];
  }
  found += await takeIn(deps, account, page);
  const settled = new Date(beganAt - settledMs).toISOString();
  if (account.isQuiet) await deps.accounts.readUntil(account.processorAccountId, settled);
  return found;
}

/** The cursor follows what is stored, page by page: a sweep that is cut short goes on where it was. */
async function takeIn(
  deps: SweepProviderEventsDependencies,
  account: AccountToSweep,
  page: readonly ProviderEventFact[],
): Promise<number> {
  const newest = page.at(-1);
  if (newest === undefined) return 0;
  const receipts = await Promise.all(
    page.map((event) =>
      deps.inbox.receive({
        provider: 'stripe',
        processorAccountId: processorAccountId(account.processorAccountId),
        eventKey: event.eventId,
        type: event.type,
        objectId: readNews(event.payload).objectRefs[0] ?? null,
        payload: event.payload,
        source: 'sweep',
        createdAt: event.createdAt,
      }),
    ),
  );
  await deps.accounts.readUntil(account.processorAccountId, newest.createdAt);
  return receipts.filter((receipt) => receipt === 'stored').length;
}
