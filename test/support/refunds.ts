import { randomUUID } from 'node:crypto';
import type { Host, MembersPlace } from './members.ts';
import { until } from './until.ts';

export interface ShownRefund {
  readonly id: string;
  readonly status: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly amount: { readonly amount: number };
  readonly fee: { readonly amount: number };
  readonly toCard: { readonly amount: number };
  readonly requestedBy: string;
  readonly code?: string;
  readonly reason?: string;
  readonly items?: readonly ShownRefund[];
}

/** A member with `balanceMinor` and a card payment of `cardMinor` inside of it. */
export interface PaidCard {
  readonly member: string;
  readonly topUp: string;
  readonly paymentRef: string;
}

/** Lets a member top up by `cardMinor`, and brings the balance to `balanceMinor`. */
export async function paidCard(
  { counter, host }: { readonly counter: MembersPlace; readonly host: Host },
  { cardMinor, balanceMinor, card = '4242424242424242' }: { cardMinor: number; balanceMinor: number; card?: string },
): Promise<PaidCard> {
  const member = await host.member(0);
  const { body, text } = await host.topUp(member, cardMinor);
  if (body.checkout === undefined) throw new Error(text);
  await counter.control.paymentIntent(body.checkout.paymentRef).confirm(card);
  await until(async () => (await host.show(body.id)).state === 'succeeded');
  if (balanceMinor !== cardMinor) await host.give(member, balanceMinor - cardMinor);
  return { member, topUp: body.id, paymentRef: body.checkout.paymentRef };
}

/** A member asks for all that is left. */
export function askBack(counter: MembersPlace, { member, topUp }: PaidCard, key: string = randomUUID()) {
  return counter.till.post<ShownRefund>(`/v1/members/${member}/refunds`, { topUp }, key);
}

/** An administrator gives a part back. */
export function giveBack(
  counter: MembersPlace,
  { topUp }: PaidCard,
  amount: number,
  headers: Record<string, string> = {},
) {
  const body = { topUp, amount: { amount, currency: 'AUD' }, description: 'By hand' };
  return counter.till.post<ShownRefund>('/v1/refunds', body, randomUUID(), headers);
}
