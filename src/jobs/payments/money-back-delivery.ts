import { moneyBackAdvice, tellsOfMoneyBack } from '../../domain/payments/money-back-events.ts';
import type { ProviderNews } from '../../domain/events/provider-events.ts';
import type { CardAnswer, CardOwner } from '../../entities/cards/card-owners.read.ts';
import type { OpenEvent, ProviderEventRows, Verdict } from '../../entities/events/provider-event-rows.ts';
import { refundWorkflowId } from '../../workflows/payments/refund.messages.ts';
import type { WorkflowMessenger } from '../job-ports.ts';

export interface MoneyBackDeliveryParts {
  readonly rows: Pick<ProviderEventRows, 'cards'>;
  readonly messenger: Pick<WorkflowMessenger, 'signalRefundNews' | 'reviewCard'>;
}

interface ReadEvent {
  readonly event: OpenEvent;
  readonly news: ProviderNews;
}

export interface MoneyBackDelivery<E extends ReadEvent> {
  readonly verdicts: readonly Verdict[];
  readonly failures: readonly unknown[];
  /** Refunds and disputes of card payments that are not here: not ours, or not yet. */
  readonly strangers: readonly E[];
  /** Events that tell of something else. */
  readonly others: readonly E[];
}

/** Tells who follows refunds, and has card payments compared with the processor when money went back there. */
export async function deliverMoneyBack<E extends ReadEvent>(
  parts: MoneyBackDeliveryParts,
  processorAccountId: string,
  read: readonly E[],
): Promise<MoneyBackDelivery<E>> {
  const mine = read.filter(({ news }) => tellsOfMoneyBack(news));
  const others = read.filter(({ news }) => !tellsOfMoneyBack(news));
  if (mine.length === 0) return { verdicts: [], failures: [], strangers: [], others };
  const known = await parts.rows.cards({
    processorAccountId,
    objectRefs: [...new Set(mine.flatMap(({ news }) => news.objectRefs))],
    refundHints: [...new Set(mine.flatMap(({ news }) => news.refundHint ?? []))],
  });
  const owned = mine.map((one) => ({ one, card: cardOf(one.news, known) }));
  const told = await Promise.allSettled(
    owned.flatMap(({ one, card }) => (card === undefined ? [] : [tell(parts, { ...one, card, known })])),
  );
  return {
    verdicts: told.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: told.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
    strangers: owned.flatMap(({ one, card }) => (card === undefined ? [one] : [])),
    others,
  };
}

function cardOf({ objectRefs }: ProviderNews, { cards }: CardAnswer): CardOwner | undefined {
  return objectRefs.map((ref) => cards.get(ref)).find((card) => card !== undefined);
}

interface Telling extends ReadEvent {
  readonly card: CardOwner;
  readonly known: CardAnswer;
}

async function tell({ messenger }: MoneyBackDeliveryParts, { event, news, card, known }: Telling): Promise<Verdict> {
  const { refundHint } = news;
  const own = refundHint === null ? null : (known.refunds.get(refundHint) ?? null);
  const advice = moneyBackAdvice(news, own);
  const isSale = card.ownerKind === 'sale';
  const verdict = (state: Verdict['state']): Verdict => ({
    eventRowId: event.id,
    state,
    reason: advice.reason,
    saleId: isSale ? card.ownerId : null,
    ...(isSale ? {} : { topUpId: card.ownerId }),
    dueAt: null,
  });
  if (advice.kind === 'observed') return verdict('observed');
  const isFollowed =
    advice.kind === 'signal' &&
    refundHint !== null &&
    (await messenger.signalRefundNews(refundWorkflowId(refundHint))) === 'signaled';
  if (!isFollowed) await messenger.reviewCard(card.cardTransactionId);
  return verdict('signaled');
}
