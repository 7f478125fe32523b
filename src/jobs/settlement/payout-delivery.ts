import type { ProviderNews } from '../../domain/events/provider-events.ts';
import type { OpenEvent, ProviderEventRows, Verdict } from '../../entities/events/provider-event-rows.ts';
import type { WorkflowMessenger } from '../job-ports.ts';

export interface PayoutDeliveryParts {
  readonly rows: Pick<ProviderEventRows, 'payouts'>;
  readonly messenger: Pick<WorkflowMessenger, 'tellPayout'>;
}

interface ReadEvent {
  readonly event: OpenEvent;
  readonly news: ProviderNews;
}

export interface PayoutDelivery<E extends ReadEvent> {
  readonly verdicts: readonly Verdict[];
  readonly failures: readonly unknown[];
  /** Events that are no payout's of ours. */
  readonly others: readonly E[];
}

/** Wakes the workflows of payouts whose transfers have changed; they read the processor themselves. */
export async function deliverToPayouts<E extends ReadEvent>(
  { rows, messenger }: PayoutDeliveryParts,
  read: readonly E[],
): Promise<PayoutDelivery<E>> {
  const hinted = new Set(read.flatMap(({ news }) => payoutOf(news) ?? []));
  if (hinted.size === 0) return { verdicts: [], failures: [], others: read };
  const known = await rows.payouts([...hinted]);
  const isOurs = ({ news }: E): boolean => known.has(payoutOf(news) ?? '');
  const told = await Promise.allSettled(
    read.filter(isOurs).map(async ({ event, news }): Promise<Verdict> => {
      await messenger.tellPayout(payoutOf(news) ?? '');
      const reason = 'its transfer has changed';
      return { eventRowId: event.id, state: 'signaled', reason, saleId: null, dueAt: null };
    }),
  );
  return {
    verdicts: told.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: told.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
    others: read.filter((one) => !isOurs(one)),
  };
}

function payoutOf({ type, payoutHint }: ProviderNews): string | null {
  return type === 'transfer.reversed' ? payoutHint : null;
}
