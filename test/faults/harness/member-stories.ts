import { autoTopUpWorkflowId } from '../../../src/workflows/cards/auto-top-up.messages.ts';
import { interactivePaymentWorkflowId } from '../../../src/workflows/payments/interactive-payment.messages.ts';
import { refundWorkflowId } from '../../../src/workflows/payments/refund.messages.ts';
import type { Host, MembersPlace } from '../../support/members.ts';
import { askBack, paidCard } from '../../support/refunds.ts';
import { memberWithCard } from '../../support/saved-card.ts';
import type { Answer } from '../../support/till.ts';

/** The route code under which these payments are told to their host. */
export const routeCode = 'EVT';

export interface MemberDesk {
  readonly counter: MembersPlace;
  readonly host: Host;
}

/** A step of a member's money, ready to be taken: it makes one call to the processor and one commit of ours. */
export interface MemberStep {
  readonly member: string;
  /** The call: nobody else makes one like it while the step is begun. */
  readonly call: { readonly method: 'GET' | 'POST'; readonly path: string };
  /** Answers null where nobody waits for an answer. */
  begin(): Promise<Answer | null>;
  /** Finds the row that the commit wrote, by the member, so long as it is written. */
  readonly committed: string;
  /** Finds the row that says that the story is over. */
  readonly over: string;
  /** The workflow that takes the step, by the committed row's id. */
  workflowOf(id: string): string;
}

const paid = "SELECT id FROM payment WHERE member_id = ? AND state = 'paid'";
const offered = "SELECT id FROM payment WHERE member_id = ? AND state = 'checkout'";
const refunded = "SELECT id FROM refund WHERE member_id = ? AND state = 'succeeded'";
const intents = { method: 'POST', path: '/v1/payment_intents' } as const;
const route = { route: { code: routeCode, payload: 'killed' } };

function club({ shop }: MembersPlace) {
  return { organisation: shop.site.organisationId };
}

/** Every step of members' money at which the processor moves or promises something. */
export const memberSteps: Readonly<Record<string, (desk: MemberDesk) => Promise<MemberStep>>> = {
  'checkout offered': async ({ counter, host }) => {
    const member = await host.member(0);
    return {
      ...{ member, call: intents, committed: offered, over: offered, workflowOf: interactivePaymentWorkflowId },
      begin: () => host.pay(member, club(counter), 5_000, route),
    };
  },
  'checkout paid': async ({ counter, host }) => {
    const member = await host.member(0);
    const { body, text } = await host.pay(member, club(counter), 5_000, route);
    if (body.checkout === undefined) throw new Error(text);
    const { paymentRef } = body.checkout;
    return {
      ...{ member, committed: paid, over: paid, workflowOf: interactivePaymentWorkflowId },
      call: { method: 'GET', path: `/v1/payment_intents/${paymentRef}` },
      begin: async () => {
        await counter.control.paymentIntent(paymentRef).confirm('4242424242424242');
        return null;
      },
    };
  },
  'saved card charged': async ({ counter, host }) => {
    const member = await memberWithCard(counter, host, { balanceMinor: 1_000, autoMinor: 10_000 });
    return {
      ...{ member, call: intents, over: paid, workflowOf: () => autoTopUpWorkflowId(member) },
      committed: "SELECT id FROM top_up WHERE member_id = ? AND kind = 'auto' AND state = 'succeeded'",
      begin: () => host.pay(member, club(counter), 6_000, route),
    };
  },
  'money given back': async (desk) => {
    const card = await paidCard(desk, { cardMinor: 10_000, balanceMinor: 10_000 });
    return {
      ...{ member: card.member, committed: refunded, over: refunded, workflowOf: refundWorkflowId },
      call: { method: 'POST', path: '/v1/refunds' },
      begin: () => askBack(desk.counter, card),
    };
  },
};
