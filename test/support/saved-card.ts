import { randomUUID } from 'node:crypto';
import { until } from './until.ts';
import type { Host, MembersPlace } from './members.ts';

/** How a member's balance is refilled, as the API shows it. */
export interface ShownAutoTopUp {
  readonly state: string;
  readonly amount: { readonly amount: number } | null;
  readonly card: { readonly last4: string } | null;
  readonly setUp?: { readonly setupRef: string; readonly clientSecret: string };
}

export async function shownAutoTopUp(counter: MembersPlace, member: string): Promise<ShownAutoTopUp> {
  return (await counter.till.get<ShownAutoTopUp>(`/v1/members/${member}/auto-top-up`)).body;
}

const enoughMinor = 10_000;

/** A member with automatic top-ups of `autoMinor` cents, set up through the path that a browser takes. */
export async function memberWithCard(
  counter: MembersPlace,
  host: Host,
  { balanceMinor, autoMinor }: { readonly balanceMinor: number; readonly autoMinor: number },
): Promise<string> {
  // A balance that is low when the card is saved would be topped up at once (WH-07).
  const member = await host.member(enoughMinor);
  await saveCard(counter, member);
  if (balanceMinor !== enoughMinor) await host.give(member, balanceMinor - enoughMinor);
  await patchAutoTopUp(counter, member, { amount: { amount: autoMinor, currency: 'AUD' } });
  return member;
}

/** Saves a card in the browser, and waits until the processor's word has come. */
export async function saveCard(counter: MembersPlace, member: string, card = '4242424242424242'): Promise<void> {
  const path = `/v1/members/${member}/auto-top-up`;
  const { body, text } = await counter.till.post<ShownAutoTopUp>(path, {}, randomUUID());
  if (body.setUp === undefined) throw new Error(text);
  await counter.control.setupIntent(body.setUp.setupRef).confirm(card);
  await until(async () => (await shownAutoTopUp(counter, member)).state === 'on');
}

export async function patchAutoTopUp(counter: MembersPlace, member: string, body: object) {
  const response = await fetch(`${counter.apiUrl}/v1/members/${member}/auto-top-up`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${counter.shop.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { code?: string; state?: string } };
}
