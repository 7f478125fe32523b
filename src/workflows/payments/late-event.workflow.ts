import {
  allHandlersFinished,
  condition,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { LateEventActivities } from '../../activities/payments/late-event.activities.ts';
import { closeLateEvent, type CloseLateEventCommand, type LateEventInput } from './late-event.messages.ts';
import * as attributes from '../search-attributes.messages.ts';

const activities = proxyActivities<LateEventActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
});

/**
 * An event for a sale that is over: the processor is read again, compared with the book, and the difference settled.
 * What only a person can decide keeps this run open, with attention, until somebody says what was done.
 */
export async function lateEvent(input: LateEventInput): Promise<string> {
  let decision: CloseLateEventCommand | undefined;
  setHandler(closeLateEvent, (command) => {
    decision = command;
    return 'closed';
  });
  const outcome = await activities.settleLateEvent(input);
  if (outcome.kind === 'settled') return outcome.reason;
  upsertSearchAttributes([
    { key: attributes.needsAttention, value: true },
    { key: attributes.attentionReason, value: outcome.reason },
  ]);
  await condition(() => decision !== undefined);
  await activities.closeLateEvent({ saleId: input.saleId, reason: words(decision) });
  upsertSearchAttributes([{ key: attributes.needsAttention, value: false }]);
  await condition(allHandlersFinished);
  return words(decision);
}

function words(decision: CloseLateEventCommand | undefined): string {
  return decision === undefined ? 'closed' : `${decision.reason} (${decision.actor})`;
}
