import {
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
  type ExternalWorkflowHandle,
} from '@temporalio/workflow';
import type { AutoTopUpActivities } from '../../activities/cards/auto-top-up.activities.ts';
import { cardSaved, topUpNeeded, type AutoTopUpInput } from './auto-top-up.messages.ts';
import { topUpEnded } from '../payments/interactive-payment.messages.ts';
import * as attributes from '../search-attributes.messages.ts';

const retry = { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' } as const;
// Whether a card was charged must be known before anything else is done for the member, so this never gives up.
const activities = proxyActivities<AutoTopUpActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry,
});

/**
 * Tops one member's balance up by the saved card: looks what is needed, charges once for all of it, tells the payments
 * that wait, and looks again, until nothing is needed. The one writer of a member's automatic charges.
 */
export async function autoTopUp({ memberId }: AutoTopUpInput): Promise<void> {
  const news = { needed: true, saved: false };
  setHandler(topUpNeeded, () => void (news.needed = true));
  setHandler(cardSaved, () => void (news.saved = true));
  while (news.needed || news.saved) {
    if (news.saved) {
      news.saved = false;
      await activities.noticeSavedCard({ memberId });
    }
    news.needed = false;
    await meetNeeds(memberId);
  }
}

async function meetNeeds(memberId: string): Promise<void> {
  for (;;) {
    const step = await activities.meetNeeds({ memberId });
    if (step.alarm !== undefined) alert(step.alarm);
    await tell(step.ended);
    // All that was needed is in this charge; what is needed since then is followed by its signal.
    if (step.isResumed !== true) return;
  }
}

/** Stays on the run for operators to find, also when it has ended. */
function alert(reason: string): void {
  upsertSearchAttributes([
    { key: attributes.needsAttention, value: true },
    { key: attributes.attentionReason, value: reason },
  ]);
}

/** Each waiting payment looks for itself; one that is over needs no word. */
async function tell(workflowIds: readonly string[]): Promise<void> {
  for (const id of workflowIds) await tellOne(getExternalWorkflowHandle(id));
}

async function tellOne(payment: ExternalWorkflowHandle): Promise<void> {
  try {
    await payment.signal(topUpEnded);
  } catch {
    // It ended meanwhile, and its row says how.
  }
}
