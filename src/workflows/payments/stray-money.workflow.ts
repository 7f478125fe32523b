import {
  allHandlersFinished,
  condition,
  proxyActivities,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { RefundActivities } from '../../activities/payments/refund.activities.ts';
import * as attributes from '../search-attributes.messages.ts';
import { closeStrayMoney, type StrayMoneyInput } from './stray-money.messages.ts';

// The money is at the processor already, so this never gives up.
const activities = proxyActivities<RefundActivities>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Card money that names a top-up of ours which nobody knows here: to suspense, until a person says whose it is (D16). */
export async function strayMoney({ processorAccountId, paymentRef }: StrayMoneyInput): Promise<string> {
  const said: string[] = [];
  setHandler(closeStrayMoney, ({ actor, reason }) => {
    said.push(`${reason} (${actor})`);
    return 'closed';
  });
  const { keptMinor } = await activities.keepStrayMoney({ processorAccountId, paymentRef });
  if (keptMinor === 0) return 'no money';
  const reason = `${keptMinor} minor units in suspense belong to a top-up that is not here`;
  upsertSearchAttributes([
    { key: attributes.needsAttention, value: true },
    { key: attributes.attentionReason, value: reason },
  ]);
  await condition(() => said.length > 0);
  upsertSearchAttributes([{ key: attributes.needsAttention, value: false }]);
  await condition(allHandlersFinished);
  return said[0] ?? 'closed';
}
