import { randomUUID } from 'node:crypto';
import { demoNames } from '../../workers/demo/seed.ts';
import type { Counter } from '../support/counter.ts';
import { Host } from '../support/members.ts';
import { askBack, paidCard } from '../support/refunds.ts';
import { memberWithCard } from '../support/saved-card.ts';
import type { Answer } from '../support/till.ts';
import { until } from '../support/until.ts';
import { Tally } from './harness/lanes.ts';
import { withMembers } from './harness/with-counter.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

/** How the first request ends: carried out, or never begun. */
const ends = ['release', 'drop'] as const;
/** `conflicts`: so often the processor says at least that the key is in use before its first request ends. */
const sizes = { full: { rounds: 20, conflicts: 2 }, small: { rounds: 1, conflicts: 1 } };

export const fault: Fault = {
  id: 'F14',
  title: 'a key that the processor has in use is waited for, and a key of ours serves one request only',
  run,
};

async function run({ size, log }: FaultContext): Promise<FaultReport> {
  const { rounds, conflicts } = sizes[size];
  const seen = new Tally();
  const env = {
    STRIPE_TIMEOUT_MS: '500',
    API_DEADLINE_MS: '60000',
    CHECKOUT_TIMING: JSON.stringify({ topUpMs: 60_000 }),
  };
  await withMembers({ env }, async (counter) => {
    await counter.control.balance.setAvailable('aud', 100_000_000, demoNames.account);
    const desk: Desk = { counter, host: new Host(counter), club: counter.shop.site.organisationId };
    // In small size each story has one of the ends, in turn.
    const plays = Object.entries(stories).flatMap(([name, story], n) =>
      ends.filter((_end, turn) => size === 'full' || turn === n % 2).map((end) => ({ name, story, end })),
    );
    for (let round = 0; round < rounds; round += 1) {
      for (const { name, story, end } of plays) seen.add(`${name} 409`, await meet(desk, { ...story, end, conflicts }));
    }
    log(`in use at the processor: ${seen.toString()}`);
    for (let round = 0; round < rounds; round += 1) {
      for (const [name, wishes] of Object.entries(await wishesOf(desk)))
        seen.add(name, await reuse(desk, name, wishes));
    }
  });
  return {
    pass: true,
    figures: `one effect each, one key each, never another's result: ${seen.toString()}`,
    injections: seen.total,
  };
}

interface Desk {
  readonly counter: Counter;
  readonly host: Host;
  readonly club: string;
}

/** A call to the processor, and what makes it; `begin` prepares, and answers what is to be awaited. */
interface Story {
  readonly path: string;
  readonly begin: (desk: Desk) => Promise<() => Promise<Answer>>;
}

interface Meeting extends Story {
  readonly end: (typeof ends)[number];
  readonly conflicts: number;
}

const stories: Readonly<Record<string, Story>> = {
  offer: {
    path: '/v1/payment_intents',
    begin: async ({ host, club }) => {
      const member = await host.member(0);
      return () => host.pay(member, { organisation: club }, 5_000);
    },
  },
  'saved card': {
    path: '/v1/payment_intents',
    begin: async ({ counter, host, club }) => {
      const member = await memberWithCard(counter, host, { balanceMinor: 3_000, autoMinor: 10_000 });
      return () => host.pay(member, { organisation: club }, 6_000);
    },
  },
  refund: {
    path: '/v1/refunds',
    begin: async (desk) => {
      const card = await paidCard(desk, { cardMinor: 10_000, balanceMinor: 10_000 });
      return () => askBack(desk.counter, card);
    },
  },
};

/**
 * The first request with the key is under way for longer than we wait, so that ours are told that the key is in use;
 * then it is carried out, or was never begun. Answers how often the processor said so.
 */
async function meet(desk: Desk, { path, begin, end, conflicts }: Meeting): Promise<number> {
  const { control } = desk.counter;
  const ask = await begin(desk);
  await control.forgetRequests();
  const gate = await control.holdResponse({ method: 'POST', path }, { stage: 'before', times: 1 });
  const answer = ask();
  const all = () => control.requests({ method: 'POST', path });
  const refused = async () => (await all()).filter(({ status }) => status === 409).length;
  await gate.held();
  await until(async () => (await refused()) >= conflicts, { withinMs: 20_000 });
  await gate[end]();
  const { status, text } = await answer;
  if (status !== 201) throw new Error(`${path}: ${status} ${text}`);
  const keys = new Set((await all()).map(({ idempotency_key: key }) => key));
  if (keys.size !== 1) throw new Error(`${path}: keys ${[...keys].join(', ')}`);
  return refused();
}

/** One address of ours and two bodies that must not share a key. */
interface Wishes {
  readonly path: string;
  readonly first: object;
  readonly second: object;
}

async function wishesOf({ counter, host, club }: Desk): Promise<Readonly<Record<string, Wishes>>> {
  const member = await host.member(100_000);
  const refundable = () => paidCard({ counter, host }, { cardMinor: 10_000, balanceMinor: 10_000 });
  const [one, third] = [await refundable(), await refundable()];
  const other = await host.topUp(one.member, 5_000);
  await counter.control.paymentIntent(other.body.checkout!.paymentRef).confirm();
  await until(async () => (await host.show(other.body.id)).state === 'succeeded');
  const pay = (amount: number) => ({ member, to: { organisation: club }, amount: aud(amount), description: 'Fee' });
  const part = (amount: number) => ({ topUp: third.topUp, amount: aud(amount), description: 'By hand' });
  const held = { member, booking: 'host', amount: aud(1_000), description: 'Entries' };
  const funds = await counter.till.post<{ id: string }>('/v1/payments', held, randomUUID());
  const lines = (amount: number) => ({ lines: [{ to: { organisation: club }, amount }] });
  return {
    payments: { path: '/v1/payments', first: pay(100), second: pay(101) },
    'top-ups': {
      path: `/v1/members/${member}/top-ups`,
      first: { amount: aud(5_000) },
      second: { amount: aud(5_001) },
    },
    "members' refunds": {
      path: `/v1/members/${one.member}/refunds`,
      first: { topUp: one.topUp },
      second: { topUp: other.body.id },
    },
    refunds: { path: '/v1/refunds', first: part(100), second: part(101) },
    batches: {
      path: '/v1/payment-batches',
      first: { payments: [pay(100)] },
      second: { payments: [pay(100), pay(100)] },
    },
    bookings: { path: `/v1/payments/${funds.body.id}/bookings`, first: lines(100), second: lines(101) },
  };
}

function aud(amount: number) {
  return { amount, currency: 'AUD' };
}

/** At once under one key one body wins; then the other one is refused however often it comes. Answers the refusals. */
async function reuse({ counter }: Desk, name: string, { path, first, second }: Wishes): Promise<number> {
  const key = randomUUID();
  const ask = (body: object) => counter.till.post<{ readonly code?: string }>(path, body, key);
  const [one, other] = await Promise.all([ask(first), ask(second)]);
  const [won, lost, body] = one.status === 201 ? [one, other, second] : [other, one, first];
  const again = await ask(body);
  const repeated = await ask(body === second ? first : second);
  const told = [won, lost, again, repeated].map(({ status, body: { code } }) =>
    [status, code].filter(Boolean).join(' '),
  );
  const reused = '422 idempotency_key_reused';
  if (told.join() !== ['201', reused, reused, '201'].join()) throw new Error(`${name}: ${told.join()}`);
  if (repeated.text !== won.text) throw new Error(`${name}: ${repeated.text} and not ${won.text}`);
  return 2;
}
