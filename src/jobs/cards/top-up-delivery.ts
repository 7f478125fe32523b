import type { ProviderNews } from '../../domain/events/provider-events.ts';
import { topUpAdvice } from '../../domain/cards/top-up-events.ts';
import type { OpenEvent, ProviderEventRows, Verdict } from '../../entities/events/provider-event-rows.ts';
import type { TopUpOwner } from '../../entities/cards/top-up-owners.read.ts';
import { interactivePaymentWorkflowId } from '../../workflows/payments/interactive-payment.messages.ts';
import { manualTopUpWorkflowId } from '../../workflows/cards/manual-top-up.messages.ts';
import type { WorkflowMessenger } from '../job-ports.ts';

export interface TopUpDeliveryParts {
  readonly rows: Pick<ProviderEventRows, 'topUps' | 'settingUp'>;
  readonly messenger: Pick<WorkflowMessenger, 'signalCardNews' | 'tellCardSaved' | 'reviewCard'>;
}

interface ReadEvent {
  readonly event: OpenEvent;
  readonly news: ProviderNews;
}

export interface TopUpDelivery<E extends ReadEvent> {
  readonly verdicts: readonly Verdict[];
  readonly feeKnown: boolean;
  readonly failures: readonly unknown[];
  /** Events that name what is not here: not ours, or not yet. */
  readonly strangers: readonly E[];
  /** Events that are no top-up's. */
  readonly others: readonly E[];
}

/** Tells the workflows that follow members' card money; what belongs to nobody here is left to others. */
export async function deliverToTopUps<E extends ReadEvent>(
  parts: TopUpDeliveryParts,
  processorAccountId: string,
  read: readonly E[],
): Promise<TopUpDelivery<E>> {
  // What names a sale of ours is not asked for: at a busy counter that is nearly everything.
  const asked = read.filter(({ news }) => news.saleHint === null);
  const question = {
    processorAccountId,
    hints: [...new Set(asked.flatMap(({ news }) => news.topUpHint ?? []))],
    objectRefs: [...new Set(asked.flatMap(({ news }) => news.objectRefs))],
  };
  const owners = asked.length === 0 ? new Map<string, TopUpOwner>() : await parts.rows.topUps(question);
  const members = await membersAmong(parts, read);
  const owned = read.map((one) => ({
    ...one,
    read: one,
    owner: ownerOf(one.news, owners),
    setUp: setUpOf(one.news, members),
  }));
  const told = await Promise.allSettled(
    owned.flatMap(({ event, news, owner, setUp }) => {
      if (setUp !== null) return [tellSetUp(parts, event, setUp)];
      return owner === undefined ? [] : [tell(parts, { event, news, owner })];
    }),
  );
  const done = told.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return {
    verdicts: done.map(({ verdict }) => verdict),
    feeKnown: done.some(({ feeKnown }) => feeKnown),
    failures: told.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
    strangers: owned.filter(isStranger).map((one) => one.read),
    others: owned
      .filter((one) => one.owner === undefined && one.setUp === null && !isStranger(one))
      .map((one) => one.read),
  };
}

function ownerOf(news: ProviderNews, owners: ReadonlyMap<string, TopUpOwner>): TopUpOwner | undefined {
  const names = [...(news.topUpHint === null ? [] : [news.topUpHint]), ...news.objectRefs];
  return names.map((name) => owners.get(name)).find((owner) => owner !== undefined);
}

/** The member whose card was saved, if that is what the event says and we know them. */
function setUpOf(news: ProviderNews, members: ReadonlySet<string>): string | null {
  const { memberHint } = news;
  return tellsOfSetUp(news) && memberHint !== null && members.has(memberHint) ? memberHint : null;
}

function tellsOfSetUp({ type }: ProviderNews): boolean {
  return type === 'setup_intent.succeeded';
}

/** Of the members whose cards were saved, those who asked for that. */
async function membersAmong(parts: TopUpDeliveryParts, read: readonly ReadEvent[]): Promise<ReadonlySet<string>> {
  const named = read.flatMap(({ news }) => (tellsOfSetUp(news) ? (news.memberHint ?? []) : []));
  return named.length === 0 ? new Set() : parts.rows.settingUp([...new Set(named)]);
}

/** It names a top-up or member of ours whose row is not here (WH-03, WH-09). */
function isStranger({
  news,
  owner,
  setUp,
}: {
  news: ProviderNews;
  owner: TopUpOwner | undefined;
  setUp: string | null;
}): boolean {
  if (tellsOfSetUp(news)) return setUp === null && news.memberHint !== null;
  return owner === undefined && news.topUpHint !== null;
}

async function tellSetUp(parts: TopUpDeliveryParts, event: OpenEvent, member: string): Promise<Told> {
  await parts.messenger.tellCardSaved(member);
  const told = { state: 'signaled', reason: 'a card may have been saved', saleId: null, dueAt: null } as const;
  return { verdict: { ...told, eventRowId: event.id }, feeKnown: false };
}

interface Told {
  readonly verdict: Verdict;
  readonly feeKnown: boolean;
}

async function tell(
  { messenger }: TopUpDeliveryParts,
  { event, news, owner }: ReadEvent & { readonly owner: TopUpOwner },
): Promise<Told> {
  const advice = topUpAdvice(news, owner.state);
  const verdict = (state: Verdict['state'], reason: string): Verdict => ({
    eventRowId: event.id,
    state,
    reason,
    saleId: null,
    topUpId: owner.topUpId,
    dueAt: null,
  });
  const feeKnown = advice.feeKnown === true;
  if (advice.kind === 'review') {
    await messenger.reviewCard(owner.cardTransactionId);
    return { verdict: verdict('late', advice.reason), feeKnown };
  }
  if (advice.kind !== 'signal') return { verdict: verdict(advice.kind, advice.reason), feeKnown };
  const outcome = await messenger.signalCardNews(workflowOf(owner));
  if (outcome === 'signaled') return { verdict: verdict('signaled', advice.reason), feeKnown };
  return { verdict: verdict('ignored', 'attention: nobody follows this open top-up'), feeKnown };
}

/** A checkout is followed by the payment that it is for, another top-up by itself. */
function workflowOf({ paymentId, topUpId }: TopUpOwner): string {
  return paymentId === null ? manualTopUpWorkflowId(topUpId) : interactivePaymentWorkflowId(paymentId);
}
