import type { ControlClient } from '../../simulator/control-client.ts';
import type { DemoShop } from './seed.ts';
import { decimal, say, type DemoApi } from './story.ts';

interface AutoTopUpShown {
  readonly state: string;
  readonly setUp?: { readonly setupRef: string };
}

interface EntryShown {
  readonly type: string;
  readonly amount: { readonly amount: number };
  readonly balanceAfter: { readonly amount: number };
}

/**
 * A member saves a card, which tops the empty balance up, and then pays more than there is: the card brings what the rule
 * says, and both are booked. Printed as the member's own statement. Answers the member's id.
 */
export async function tellMember(api: DemoApi, control: ControlClient, shop: DemoShop): Promise<string> {
  const key = `demo-member-${Date.now()}`;
  const person = { externalRef: key, firstName: 'Betty', lastName: 'Bunting', currency: 'AUD' };
  const member = (await api.post('/v1/members', person, key)) as { id: string };
  const path = `/v1/members/${member.id}/auto-top-up`;
  const { setUp } = (await api.post(path, {}, key)) as AutoTopUpShown;
  if (setUp === undefined) throw new Error('There is no card to set up.');
  await control.setupIntent(setUp.setupRef).confirm('4242424242424242');
  await entriesOf(api, member.id, 1);
  const payment = {
    member: member.id,
    to: { organisation: shop.site.organisationId },
    amount: { amount: 13_000, currency: 'AUD' },
    description: 'Congress entry',
    type: 'Entry to an event',
  };
  const paid = (await api.post('/v1/payments', payment, `${key}-payment`)) as { id: string; status: string };
  say(`\n  Payment ${paid.id}  Betty Bunting, automatic top-ups of 100.00        130.00 AUD  ${paid.status}`);
  for (const entry of await entriesOf(api, member.id, 3)) {
    const { amount: minor } = entry.amount;
    const amount = `${minor < 0 ? '-' : '+'}${decimal(Math.abs(minor))}`;
    say(
      `    ${entry.type.padEnd(20)} ${amount.padStart(9)}   balance ${decimal(entry.balanceAfter.amount).padStart(8)}`,
    );
  }
  return member.id;
}

/** The member's entries once there are `count` of them, oldest first. */
async function entriesOf(api: DemoApi, member: string, count: number): Promise<EntryShown[]> {
  const code = encodeURIComponent(`member/${member}/AUD`);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const items = await readEntries(api, code);
    if (items.length >= count) return items;
    if (Date.now() > deadline)
      throw new Error(`The member has ${items.length} entries and not ${count}, after a minute.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** An account that nothing was posted to yet is not there. */
async function readEntries(api: DemoApi, code: string): Promise<EntryShown[]> {
  try {
    const { items } = (await api.get(`/v1/ledger/accounts/${code}/entries`)) as { items: EntryShown[] };
    return items.reverse();
  } catch (error) {
    if (error instanceof Error && error.message.includes(' answered 404')) return [];
    throw error;
  }
}
