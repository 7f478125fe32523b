import type { ProviderNews } from '../../domain/events/provider-events.ts';
import type { OpenEvent, Verdict } from '../../entities/events/provider-event-rows.ts';

/** An event can arrive before our own row of its payment is written: it waits, ever longer. */
const pausesMs = [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000, 60_000];
/** After this it is not ours, or somebody must look. */
const patienceMs = 600_000;
const attentionPauseMs = 600_000;
/** The sweep is the second way back: it leaves the queue's own delay this much time. */
const sweepGraceMs = 2_000;

/**
 * What becomes of an event whose owner is not known (quality.md F10): it is parked with back-off; after ten minutes one
 * that carries no sign of ours is ignored, and one that names something of ours stays parked, with attention.
 */
export function parkingVerdict(
  event: OpenEvent,
  news: ProviderNews,
  now: Date,
): { readonly verdict: Verdict; readonly delayMs: number } {
  const isOld = now.getTime() - Date.parse(event.receivedAt) >= patienceMs;
  const hint = nameOf(news);
  if (isOld && hint === null) {
    const verdict = { eventRowId: event.id, state: 'ignored', reason: 'not ours', saleId: null, dueAt: null } as const;
    return { verdict, delayMs: 0 };
  }
  const delayMs = isOld ? attentionPauseMs : pauseAfter(event.attempts);
  const reason = isOld ? `attention: ${hint ?? ''} is not here` : 'the owner is not here yet';
  const dueAt = new Date(now.getTime() + delayMs + sweepGraceMs).toISOString();
  return { verdict: { eventRowId: event.id, state: 'parked', reason, saleId: null, dueAt }, delayMs };
}

/** What of ours the event names; null when it carries no sign of ours. */
function nameOf({ saleHint, topUpHint, refundHint, memberHint }: ProviderNews): string | null {
  return saleHint ?? topUpHint ?? refundHint ?? memberHint;
}

/** Whether an event tells of money for a top-up of ours that nobody knows here, and has waited long enough (WH-03). */
export function isStrayMoney(event: OpenEvent, news: ProviderNews, now: Date): boolean {
  const isOld = now.getTime() - Date.parse(event.receivedAt) >= patienceMs;
  return isOld && news.topUpHint !== null && news.type === 'payment_intent.succeeded';
}

function pauseAfter(attempts: number): number {
  return pausesMs[Math.min(attempts, pausesMs.length - 1)] ?? 0;
}
