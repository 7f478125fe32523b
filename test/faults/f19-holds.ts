import { randomUUID } from 'node:crypto';
import type { Counter } from '../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../support/members.ts';
import type { Answer } from '../support/till.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { rowsOf } from './harness/query.ts';
import { withMembers } from './harness/with-counter.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const startMinor = 10_000;
const fundsMinor = 6_000;
const sizes = { full: { each: 100, lanes: 8 }, small: { each: 3, lanes: 3 } };

export const fault: Fault = {
  id: 'F19',
  title: 'funds that are held are booked once, within what they are, and never after they were given back',
  run,
};

async function run({ size, log }: FaultContext): Promise<FaultReport> {
  const { each, lanes } = sizes[size];
  const seen = new Tally();
  const env = { API_DEADLINE_MS: '60000' };
  await withMembers({ env }, async (counter) => {
    const attack: Attack = { counter, host: new Host(counter), seen };
    for (const [name, play] of Object.entries(attacks)) {
      const places = Array.from({ length: lanes }, (_, lane) => lane);
      const rounds = Array.from({ length: each }, (_, round) => round);
      await inLanes(places, rounds, () => play(attack));
      log(`${name}: ${each} times, no more than once and never above its funds`);
    }
  });
  const count = Object.keys(attacks).length * each;
  const winners = [seen.of('race booked'), seen.of('race released')];
  // A race that one side always wins proves nothing of the other (decisions D57).
  const isFair = size === 'small' || Math.min(...winners) > each / 10;
  return {
    pass: isFair,
    figures: `${count} attacks of ${Object.keys(attacks).length} kinds: ${seen.toString()}`,
    injections: count,
  };
}

interface Attack {
  readonly counter: Counter;
  readonly host: Host;
  readonly seen: Tally;
}

interface Booking {
  readonly code?: string;
  readonly state?: string;
}

const attacks = {
  'booked above its funds': async (attack: Attack): Promise<void> => {
    const { member, payment } = await funded(attack);
    const answers = [await book(attack, payment, [fundsMinor + 1]), await book(attack, payment, [fundsMinor, 1])];
    expectWords(attack, 'above', answers, ['422 amount_out_of_range', '422 amount_out_of_range']);
    await expectHeld(attack, { payment, member, state: 'placed', bookedMinor: 0 });
    expectWords(attack, 'within', [await book(attack, payment, [fundsMinor])], ['201']);
    await expectHeld(attack, { payment, member, state: 'committed', bookedMinor: fundsMinor });
  },
  'booked after its release': async (attack: Attack): Promise<void> => {
    const { member, payment } = await funded(attack);
    const released = await cancel(attack, payment);
    if (released.body.state !== 'released') throw new Error(released.text);
    expectWords(attack, 'released', [await book(attack, payment, [100])], ['409 payment_state_conflict']);
    await expectHeld(attack, { payment, member, state: 'released', bookedMinor: 0 });
  },
  'booked twice at once': async (attack: Attack): Promise<void> => {
    const { member, payment } = await funded(attack);
    const both = await Promise.all([book(attack, payment, [4_000]), book(attack, payment, [4_000])]);
    expectWords(attack, 'two bookings', both, ['201', '409 payment_state_conflict']);
    await expectHeld(attack, { payment, member, state: 'committed', bookedMinor: 4_000 });
  },
  'booked while it is released': async (attack: Attack): Promise<void> => {
    const { member, payment } = await funded(attack);
    const [booked, canceled] = await Promise.all([book(attack, payment, [4_000]), cancel(attack, payment)]);
    const wins = booked.status === 201;
    attack.seen.add(`race ${wins ? 'booked' : 'released'}`);
    if (wins === (canceled.body.state === 'released')) throw new Error(`${booked.text} ${canceled.text}`);
    const state = wins ? 'committed' : 'released';
    await expectHeld(attack, { payment, member, state, bookedMinor: wins ? 4_000 : 0 });
  },
  'two at once from one balance': async (attack: Attack): Promise<void> => {
    const member = await attack.host.member(startMinor);
    const both = await Promise.all([fund(attack, member), fund(attack, member)]);
    const states = both.map(({ body }) => body.status).sort();
    if (states.join() !== 'checkout_required,funded') throw new Error(both.map(({ text }) => text).join(' '));
    const payment = both.find(({ body }) => body.status === 'funded')!.body.id;
    attack.seen.add('two fundings: one held');
    await expectHeld(attack, { payment, member, state: 'placed', bookedMinor: 0 });
  },
} as const;

function fund({ counter }: Attack, member: string): Promise<Answer<ShownPayment>> {
  const amount = { amount: fundsMinor, currency: 'AUD' };
  return counter.till.post('/v1/payments', { member, booking: 'host', amount, description: 'Entries' }, randomUUID());
}

async function funded(attack: Attack): Promise<{ readonly member: string; readonly payment: string }> {
  const member = await attack.host.member(startMinor);
  const { body, text } = await fund(attack, member);
  if (body.status !== 'funded') throw new Error(text);
  return { member, payment: body.id };
}

function book({ counter }: Attack, payment: string, amounts: readonly number[]): Promise<Answer<Booking>> {
  const to = { organisation: counter.shop.site.organisationId };
  const lines = amounts.map((amount) => ({ to, amount, type: 'Entry to an event' }));
  return counter.till.post(`/v1/payments/${payment}/bookings`, { lines }, randomUUID());
}

function cancel({ counter }: Attack, payment: string): Promise<Answer<ShownPayment>> {
  return counter.till.post(`/v1/payments/${payment}/cancel`, {}, randomUUID());
}

/** What was answered, in any order. */
function expectWords(
  { seen }: Attack,
  when: string,
  answers: readonly Answer<Booking>[],
  wanted: readonly string[],
): void {
  const words = answers.map(({ status, body }) => [status, body.code].filter(Boolean).join(' ')).sort();
  for (const word of words) seen.add(`${when} ${word}`);
  if (words.join() !== wanted.join()) throw new Error(`${when}: ${words.join()} and not ${wanted.join()}`);
}

interface Standing {
  readonly payment: string;
  readonly member: string;
  readonly state: 'placed' | 'committed' | 'released';
  readonly bookedMinor: number;
}

/** The hold of the payment, the member's balance and what can be spent of it, as the book says. */
async function expectHeld({ counter }: Attack, { payment, member, state, bookedMinor }: Standing): Promise<void> {
  const [hold] = await rowsOf(
    counter.databaseUrl,
    'SELECT state, amount_minor, committed_minor FROM ledger_hold WHERE op_key = ?',
    [`payment-${payment}-hold`],
  );
  const lines = await linesOf(counter, `member/${member}`);
  const { body } = await counter.till.get<Balance>(`/v1/members/${member}/balance`);
  const heldMinor = state === 'placed' ? fundsMinor : 0;
  const found = {
    hold: [hold?.['state'], Number(hold?.['amount_minor']), Number(hold?.['committed_minor'])],
    booked: -lines.reduce((sum, { amount }) => sum + amount, 0),
    balance: [body.balance.amount, body.held.amount, body.available.amount],
  };
  const balance = startMinor - bookedMinor;
  const wanted = {
    hold: [state, fundsMinor, bookedMinor],
    booked: bookedMinor,
    balance: [balance, heldMinor, balance - heldMinor],
  };
  if (JSON.stringify(found) === JSON.stringify(wanted)) return;
  throw new Error(`${payment}: the book says ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}.`);
}

interface Balance {
  readonly balance: { readonly amount: number };
  readonly held: { readonly amount: number };
  readonly available: { readonly amount: number };
}
