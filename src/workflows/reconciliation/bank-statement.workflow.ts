import { proxyActivities, upsertSearchAttributes } from '@temporalio/workflow';
import type { BankStatementActivities } from '../../activities/reconciliation/bank-statement.activities.ts';
import { wakePayout } from '../settlement/bank-result.workflow.ts';
import type { BankStatementInput } from './bank-statement.messages.ts';
import * as attributes from '../search-attributes.messages.ts';

const book = proxyActivities<BankStatementActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '20 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '30 seconds' },
});

/** Moves the payouts that a statement shows as paid or sent back, then compares the account with the book. */
export async function bankStatement({ statementId }: BankStatementInput): Promise<void> {
  for (let more = true; more;) {
    const page = await book.confirmShownPayouts({ statementId });
    await Promise.all(page.moved.map(wakePayout));
    ({ more } = page);
  }
  const { alarms } = await book.compareStatement({ statementId });
  if (alarms === 0) return;
  upsertSearchAttributes([
    { key: attributes.needsAttention, value: true },
    { key: attributes.attentionReason, value: 'books_differ' },
  ]);
}
