import { invariant, InvariantViolation } from '../../domain/invariant.ts';
import type { Advice, ProviderNews } from '../../domain/events/provider-events.ts';
import type { EventOwner, OpenEvent, Verdict } from '../../entities/events/provider-event-rows.ts';
import type { WorkflowMessenger } from '../job-ports.ts';

/** An event with what to do about it. */
export interface Judged {
  readonly event: OpenEvent;
  readonly news: ProviderNews;
  readonly owner: EventOwner | null;
  readonly advice: Advice;
}

export interface Delivered {
  readonly verdicts: readonly Verdict[];
  /** What kept owners from being told; their rows have no verdict. */
  readonly failures: readonly unknown[];
}

/** Tells the owners, each at most once: the workflow reads the processor, so one call tells all that happened. */
export async function deliver(messenger: WorkflowMessenger, judged: readonly Judged[]): Promise<Delivered> {
  const groups = Object.values(
    Object.groupBy(judged, ({ event, owner, advice }) =>
      advice.kind === 'signal' && owner !== null ? owner.saleId : event.id,
    ),
  );
  const results = await Promise.allSettled(groups.map((group) => deliverGroup(messenger, group ?? [])));
  return {
    verdicts: results.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  };
}

async function deliverGroup(messenger: WorkflowMessenger, group: readonly Judged[]): Promise<readonly Verdict[]> {
  const [first, ...others] = group;
  if (first === undefined) return [];
  switch (first.advice.kind) {
    case 'signal':
      return signal(messenger, first, others);
    case 'late':
      return [await startLate(messenger, first, first.advice.reason)];
    case 'review':
      throw new InvariantViolation(`Event ${first.event.id} is no sale's to judge.`);
    case 'observed':
    case 'ignored':
      return [verdict(first, first.advice.kind, first.advice.reason)];
  }
}

async function signal(messenger: WorkflowMessenger, first: Judged, others: readonly Judged[]): Promise<Verdict[]> {
  const { event, news } = first;
  const pointer = { eventRowId: event.id, type: news.type, objectId: news.objectRefs[0] ?? null };
  const outcome = await messenger.signalSale(saleOf(first), pointer);
  if (outcome === 'signaled') return [first, ...others].map((one) => verdict(one, 'signaled', one.advice.reason));
  const late = [first, ...others].map((one) => startLate(messenger, one, 'the workflow of the sale is over'));
  return Promise.all(late);
}

async function startLate(messenger: WorkflowMessenger, one: Judged, reason: string): Promise<Verdict> {
  await messenger.startLateEvent({ eventRowId: one.event.id, saleId: saleOf(one) });
  return verdict(one, 'late', reason);
}

function saleOf({ event, owner }: Judged): string {
  invariant(owner !== null, `Event ${event.id} was to move a sale and has none.`);
  return owner.saleId;
}

function verdict(one: Judged, state: Verdict['state'], reason: string): Verdict {
  return { eventRowId: one.event.id, state, reason, saleId: one.owner?.saleId ?? null, dueAt: null };
}
