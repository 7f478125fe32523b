import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';

let counter: Counter;
let host: Host;

beforeAll(async () => {
  counter = await openCounter({ env: { EVENT_REFUND_LIMIT_MINOR: '5000' } });
  host = new Host(counter);
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly reason?: string;
}

/** A new organisation that members have paid `minor` to. */
async function organisationWith(minor: number): Promise<string> {
  const made = await counter.till.post<{ id: string }>('/v1/organisations', { name: 'Rival Club' }, randomUUID());
  if (made.status !== 201) throw new Error(made.text);
  if (minor > 0) await host.pay(await host.member(minor), { organisation: made.body.id }, minor);
  return made.body.id;
}

const lines = (holder: string) => linesOf(counter, holder);
const threeMembers = () => Promise.all([host.member(0), host.member(0), host.member(0)]);

function giveBack(organisation: string, members: readonly string[], amount: number, more: object = {}) {
  const body = {
    organisation,
    kind: 'session',
    subject: 'session-7',
    currency: 'AUD',
    lines: members.map((member) => ({ member, amount })),
    description: 'Session cancelled',
    ...more,
  };
  return counter.till.post<Shown>('/v1/internal-refunds', body, randomUUID());
}

describe('what an organisation gives back for a session', () => {
  it('[IRF-01] is refused when its balance does not cover all of it, and nobody gets anything', async () => {
    const club = await organisationWith(10_000);
    const members = await threeMembers();
    const { status, body } = await giveBack(club, members, 3_500);
    expect([status, body.code, body.reason]).toEqual([409, 'refund_refused', 'insufficient_funds']);
    for (const member of members) expect(await lines(`member/${member}`)).toEqual([]);
    expect((await lines(`organisation/${club}`)).at(-1)?.balance).toBe(10_000);
  });

  it('[IRF-02] goes to all of them in one transaction, down to nothing', async () => {
    const club = await organisationWith(10_500);
    const members = await threeMembers();
    const { status, body } = await giveBack(club, members, 3_500);
    expect([status, body.state]).toEqual([201, 'posted']);
    for (const member of members) {
      expect(await lines(`member/${member}`)).toEqual([{ type: 'Refund', amount: 3_500, balance: 3_500 }]);
    }
    expect((await lines(`organisation/${club}`)).at(-1)).toEqual({ type: 'Refund', amount: -10_500, balance: 0 });
  });

  it('ends what is still owed for it, when the session is cancelled', async () => {
    const club = await organisationWith(10_000);
    const [member] = await threeMembers();
    const { body: shown } = await counter.till.get<{ no: number }>(`/v1/members/${member}`);
    const owed = {
      organisation: club,
      memberNo: shown.no,
      amount: { amount: 500, currency: 'AUD' },
      description: 'Fee',
    };
    const iou = await counter.till.post<{ id: string }>(
      '/v1/ious',
      { ...owed, externalRef: randomUUID(), session: 'session-7' },
      randomUUID(),
    );
    expect((await giveBack(club, [member], 1_000, { cancelsIous: true })).status).toBe(201);
    expect((await counter.till.get<{ state: string }>(`/v1/ious/${iou.body.id}`)).body.state).toBe('cancelled');
  });
});

describe('what an organisation gives back for an event', () => {
  it('may bring it below zero, down to the limit, and one cent more is refused', async () => {
    const club = await organisationWith(10_000);
    const [member] = await threeMembers();
    const event = { kind: 'event', subject: 'event-3', description: 'Withdrawn' };
    expect((await giveBack(club, [member], 15_001, event)).body.reason).toBe('insufficient_funds');
    expect((await giveBack(club, [member], 15_000, event)).body.state).toBe('posted');
    expect((await lines(`organisation/${club}`)).at(-1)?.balance).toBe(-5_000);
  });
});

describe('a wish that can never be granted', () => {
  it('is refused with its own code, and nothing is moved', async () => {
    const club = await organisationWith(10_000);
    const [member] = await threeMembers();
    const answers = [
      await giveBack('org_01KAJ0000000000000000000AA', [member], 100),
      await giveBack(club, ['mem_01KAJ0000000000000000000AA'], 100),
      await giveBack(club, [member], 0),
      await giveBack(club, [], 100),
      await giveBack(club, [member], 100, { kind: 'event', cancelsIous: true }),
      await giveBack(club, [member], 100, { currency: 'EUR' }),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '404 not_found',
      '404 not_found',
      '422 invalid_request',
      '422 invalid_request',
      '422 invalid_request',
      '422 currency_mismatch',
    ]);
    expect(await lines(`member/${member}`)).toEqual([]);
  });
});
