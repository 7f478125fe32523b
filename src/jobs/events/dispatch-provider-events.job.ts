import {
  adviceFor,
  canMatter,
  isSubscribed,
  type Advice,
  type ProviderNews,
} from '../../domain/events/provider-events.ts';
import { readNews } from '../../domain/events/provider-news.ts';
import type {
  EventOwner,
  OpenEvent,
  OwnerAnswer,
  ProviderEventRows,
  Verdict,
} from '../../entities/events/provider-event-rows.ts';
import { deliver, type Judged } from './event-delivery.ts';
import { isStrayMoney, parkingVerdict } from './event-parking.ts';
import type { JobLog, JobMetrics, WorkflowMessenger } from '../job-ports.ts';
import { deliverMoneyBack } from '../payments/money-back-delivery.ts';
import { deliverToPayouts } from '../settlement/payout-delivery.ts';
import { deliverToTopUps } from '../cards/top-up-delivery.ts';
import type { DispatchProviderEventsPayload } from './dispatch-provider-events.queue.ts';

export interface DispatchDependencies {
  readonly rows: Pick<ProviderEventRows, 'open' | 'owners' | 'payouts' | 'topUps' | 'cards' | 'settingUp' | 'settle'>;
  readonly messenger: WorkflowMessenger;
  /** Queues parked rows again when their time has come. */
  readonly queueLater: (eventRowIds: readonly string[], delayMs: number) => Promise<void>;
  /** An account's fees can be read now. */
  readonly askForFees: (processorAccountId: string) => Promise<void>;
  readonly now: () => Date;
  readonly metrics: JobMetrics;
  readonly log: JobLog;
}

interface ReadEvent {
  readonly event: OpenEvent;
  readonly news: ProviderNews;
}

/**
 * Finds the owners of inbox rows, wakes those that an event can advance, and settles the rows (design.md 6). Rows are
 * settled after their owner was told, by compare-and-set: done twice, in two processes or in any order, it is harmless.
 * Throws when an owner could not be told; the other rows are settled all the same, and this one stays open.
 */
export async function dispatchProviderEvents(
  deps: DispatchDependencies,
  payload: DispatchProviderEventsPayload,
): Promise<void> {
  const open = await deps.rows.open(payload.eventRowIds);
  const accounts = Object.entries(Object.groupBy(open, (event) => event.processorAccountId));
  const failures: unknown[] = [];
  for (const [account, events] of accounts) failures.push(...(await dispatchOf(deps, account, events ?? [])));
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} events could not be dispatched`);
}

/** Answers what failed. */
async function dispatchOf(
  deps: DispatchDependencies,
  account: string,
  events: readonly OpenEvent[],
): Promise<readonly unknown[]> {
  const all = events.map((event) => ({ event, news: readNews(event.payload) }));
  const payouts = await deliverToPayouts(deps, all);
  const back = await deliverMoneyBack(deps, account, payouts.others);
  const topUps = await deliverToTopUps(deps, account, back.others);
  const read = topUps.others;
  const owners = await ownersOf(deps, account, read);
  const judged = read.map((one) => judge(one, owners));
  const delivered = await deliver(deps.messenger, judged.filter(isJudged));
  const strangers = [...judged.filter((one) => !isJudged(one)), ...back.strangers, ...topUps.strangers];
  const parked = strangers.map(({ event, news }) => parkingVerdict(event, news, deps.now()));
  const stray = await keepStrayMoney(deps, account, strangers);
  const verdicts = [
    ...payouts.verdicts,
    ...back.verdicts,
    ...topUps.verdicts,
    ...delivered.verdicts,
    ...parked.map(({ verdict }) => verdict),
  ];
  await deps.rows.settle(verdicts, deps.now().toISOString());
  const feeKnown = judged.some((one) => isJudged(one) && one.advice.feeKnown === true);
  if (feeKnown || topUps.feeKnown) await deps.askForFees(account);
  for (const { verdict, delayMs } of parked) {
    if (verdict.state === 'parked') await deps.queueLater([verdict.eventRowId], delayMs);
  }
  report(deps, all, verdicts);
  return [...stray, ...payouts.failures, ...back.failures, ...topUps.failures, ...delivered.failures];
}

/** Money that names a top-up which is still not here after its time goes to suspense (decisions D16). Answers what failed. */
async function keepStrayMoney(
  deps: DispatchDependencies,
  account: string,
  strangers: readonly ReadEvent[],
): Promise<readonly unknown[]> {
  const paid = strangers.filter(({ event, news }) => isStrayMoney(event, news, deps.now()));
  const kept = await Promise.allSettled(
    paid.map(({ news }) => deps.messenger.keepStrayMoney(account, news.objectRefs[0] ?? '')),
  );
  return kept.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
}

async function ownersOf(deps: DispatchDependencies, account: string, read: readonly ReadEvent[]): Promise<OwnerAnswer> {
  const wanted = read.filter(({ news }) => canMatter(news)).map(({ news }) => news);
  if (wanted.length === 0) return { bySale: new Map(), byObject: new Map() };
  return deps.rows.owners({
    processorAccountId: account,
    saleHints: [...new Set(wanted.flatMap((news) => news.saleHint ?? []))],
    objectRefs: [...new Set(wanted.flatMap((news) => news.objectRefs))],
  });
}

/** An event that can matter to nobody needs no owner; one that can, and has none yet, has no advice yet either. */
function judge({ event, news }: ReadEvent, owners: OwnerAnswer): Judged | ReadEvent {
  if (!canMatter(news)) return { event, news, owner: null, advice: generalAdvice(news) };
  const owner = ownerOf(news, owners);
  return owner === undefined ? { event, news } : { event, news, owner, advice: adviceFor(news, owner.state) };
}

function generalAdvice(news: ProviderNews): Advice {
  return isSubscribed(news.type) ? adviceFor(news, 'posted') : { kind: 'ignored', reason: `no use for ${news.type}` };
}

function ownerOf(news: ProviderNews, owners: OwnerAnswer): EventOwner | undefined {
  const hinted = news.saleHint === null ? undefined : owners.bySale.get(news.saleHint);
  return hinted ?? news.objectRefs.map((ref) => owners.byObject.get(ref)).find((owner) => owner !== undefined);
}

function isJudged(one: Judged | ReadEvent): one is Judged {
  return 'advice' in one;
}

function report(deps: DispatchDependencies, read: readonly ReadEvent[], verdicts: readonly Verdict[]): void {
  const types = new Map(read.map(({ event, news }) => [event.id, news.type]));
  for (const verdict of verdicts) {
    const type = types.get(verdict.eventRowId) ?? '';
    deps.metrics.eventSettled(type, verdict.state);
    const facts = { eventRowId: verdict.eventRowId, type, saleId: verdict.saleId, reason: verdict.reason };
    if (verdict.reason.startsWith('attention')) deps.log.error(facts, 'an event of ours has no owner');
    else if (verdict.state === 'ignored') deps.log.warn(facts, 'an event was ignored');
  }
}
