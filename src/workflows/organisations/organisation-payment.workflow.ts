import { allHandlersFinished, condition, proxyActivities, setHandler } from '@temporalio/workflow';
import type { OrganisationPaymentActivities } from '../../activities/organisations/organisation-payment.activities.ts';
import type { OrganisationPaymentSnapshot } from '../../domain/organisations/organisation-payment.ts';
import { beginOrganisationPayment, type OrganisationPaymentInput } from './organisation-payment.messages.ts';

// Rows and book only: without the database nothing else can be done either, so these wait for it.
const book = proxyActivities<OrganisationPaymentActivities>({
  startToCloseTimeout: '30 seconds',
  heartbeatTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** What an organisation pays out of its balance, in one transaction or not at all (cobalt.md 2.10). */
export async function organisationPayment(input: OrganisationPaymentInput): Promise<OrganisationPaymentSnapshot> {
  const { organisationPaymentId, beginMs } = input;
  let isBegun = false;
  const done: OrganisationPaymentSnapshot[] = [];
  setHandler(beginOrganisationPayment, async () => {
    isBegun = true;
    await condition(() => done.length > 0);
    return done[0] as OrganisationPaymentSnapshot;
  });
  // The API wrote it down and went away: nobody waits for it, and nothing is moved.
  const isAwaited = await condition(() => isBegun, beginMs);
  const end = isAwaited
    ? await book.postOrganisationPayment({ organisationPaymentId })
    : await book.refuseOrganisationPayment({ organisationPaymentId, outcome: 'never_begun' });
  done.push(end);
  await condition(allHandlersFinished);
  return end;
}
