import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { CorrectionActivities } from '../../activities/reconciliation/correction.activities.ts';
import type { CorrectionDecision, CorrectionSnapshot } from '../../domain/reconciliation/correction.ts';
import { beginCorrection, decideCorrection, type CorrectionInput } from './correction.messages.ts';

// Rows and book only: without the database nothing else can be done either, so these wait for it.
const book = proxyActivities<CorrectionActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** What an administrator books by hand: at once, or when a second person has approved (cobalt.md 2.15). */
export async function correction(input: CorrectionInput): Promise<CorrectionSnapshot> {
  const { correctionId, beginMs, approvalMs } = input;
  let isBegun = false;
  const decisions: CorrectionDecision[] = [];
  const begun: CorrectionSnapshot[] = [];
  const done: CorrectionSnapshot[] = [];
  setHandler(beginCorrection, async () => {
    isBegun = true;
    await condition(() => begun.length > 0);
    return begun[0] as CorrectionSnapshot;
  });
  const decide = async (decision: CorrectionDecision): Promise<CorrectionSnapshot> => {
    decisions.push(decision);
    await condition(() => done.length > 0);
    return done[0] as CorrectionSnapshot;
  };
  setHandler(decideCorrection, decide, {
    validator: ({ verdict }: CorrectionDecision) => {
      if (decisions.length > 0 || done.length > 0) throw new Error(`Too late to ${verdict}: it was decided already.`);
    },
  });
  // The API wrote it down and went away: nobody waits for it, and nothing is booked.
  const isAwaited = await condition(() => isBegun, beginMs);
  if (!isAwaited) begun.push(await book.closeCorrection({ correctionId, as: 'refuse', outcome: 'never_begun' }));
  else begun.push(await book.beginCorrection({ correctionId }));
  done.push(await ended(begun[0] as CorrectionSnapshot));
  await condition(allHandlersFinished);
  return done[0] as CorrectionSnapshot;

  async function ended(first: CorrectionSnapshot): Promise<CorrectionSnapshot> {
    if (first.state !== 'awaiting_approval') return first;
    await condition(() => decisions.length > 0, approvalMs);
    const [decision] = decisions;
    if (decision !== undefined) return book.decideCorrection({ correctionId, decision });
    return book.closeCorrection({ correctionId, as: 'expire', outcome: 'not_approved_in_time' });
  }
}
