import { proxyActivities } from '@temporalio/workflow';
import type { ProcessorFeeActivities } from '../../activities/counter/processor-fee.activities.ts';
import type { ProcessorFeesInput } from './processor-fees.messages.ts';

const { postProcessorFees } = proxyActivities<ProcessorFeeActivities>({
  startToCloseTimeout: '2 minutes',
  scheduleToCloseTimeout: '10 minutes',
  // A killed worker is silent at once: the account's other fees do not wait for the time of this page.
  heartbeatTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** Posts the processor fees that became known, page by page, each once (decisions D7). Answers how many. */
export async function processorFees(input: ProcessorFeesInput): Promise<number> {
  let posted = 0;
  for (;;) {
    const page = await postProcessorFees(input);
    posted += page.posted;
    if (!page.more) return posted;
  }
}
