import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { organisationId } from '../../../src/domain/ids.ts';
import { OrganisationUser } from '../../../src/entities/organisations/organisation-user.entity.ts';
import { ordinaryRoles, seedKey } from '../../api/shops.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { makeFiledIssuer, type FiledIssuer } from '../../support/issuer.ts';
import { mailsTo } from '../../support/mails.ts';
import { Host, linesOf } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { Till } from '../../support/till.ts';

let counter: Counter;
let host: Host;
let issuer: FiledIssuer;

beforeAll(async () => {
  issuer = await makeFiledIssuer();
  counter = await openCounter({ env: issuer.env });
  host = new Host(counter);
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(async () => {
  await counter.close();
  await issuer.close();
});

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly code?: string;
  readonly reason?: string;
}

/** A new organisation that members have paid `minor` to. */
async function clubWith(minor: number, more: object = {}): Promise<string> {
  const body = { name: 'Rival Club', ...more };
  const made = await counter.till.post<{ id: string }>('/v1/organisations', body, randomUUID());
  if (made.status !== 201) throw new Error(made.text);
  if (minor > 0) await host.pay(await host.member(minor), { organisation: made.body.id }, minor);
  return made.body.id;
}

/** The desk of one of the organisation's people, with their own token. */
async function ownDesk(organisation: string): Promise<Till> {
  const user = { organisationId: organisationId(organisation), subject: 'anna', role: 'edit', actor: 'test' } as const;
  await counter.orm.em.fork().insert(OrganisationUser, { ...user, createdAt: new Date() });
  const token = await issuer.token({ sub: 'anna', tillflow_organisation: organisation });
  return new Till(counter.apiUrl, token, { site: '', reader: '' });
}

/** A till with the organisation's own key, which may all that such a key may. */
async function keyTill(organisation: string): Promise<Till> {
  const scope = { organisationId: organisationId(organisation), siteId: null };
  return new Till(counter.apiUrl, await seedKey(counter.orm, scope, ordinaryRoles), { site: '', reader: '' });
}

interface Asked {
  readonly more?: object;
  readonly till?: Till;
  readonly key?: string;
}

function transfer(club: string, to: object, amount: number, { more = {}, till, key }: Asked = {}) {
  const body = { to, amount: { amount, currency: 'AUD' }, description: 'Prize money', ...more };
  return (till ?? counter.till).post<Shown>(`/v1/organisations/${club}/transfers`, body, key ?? randomUUID());
}

function topUp(club: string, member: string, amount: number, till: Till = counter.till) {
  const body = { member, amount: { amount, currency: 'AUD' }, description: 'Welcome' };
  return till.post<Shown>(`/v1/organisations/${club}/member-top-ups`, body, randomUUID());
}

function reverse(club: string, id: string, more: object = {}, till: Till = counter.till) {
  const body = { description: 'By mistake', ...more };
  return till.post<Shown>(`/v1/organisations/${club}/member-top-ups/${id}/reversal`, body, randomUUID());
}

const ofClub = async (club: string) => (await linesOf(counter, `organisation/${club}`)).slice(1);
const ofMember = (member: string) => linesOf(counter, `member/${member}`);
const told = ({ status, body }: { status: number; body: Shown }) => `${status} ${body.code ?? body.state}`;

describe('a transfer of an organisation to a member', () => {
  it('[OTM-01][C34] moves the amount, and each side reads its own word for it', async () => {
    const club = await clubWith(25_000);
    const member = await host.member(500);
    expect(told(await transfer(club, { member }, 10_000))).toBe('201 posted');
    expect(await ofClub(club)).toEqual([{ type: 'Member Transfer', amount: -10_000, balance: 15_000 }]);
    expect(await ofMember(member)).toEqual([{ type: 'Org Transfer', amount: 10_000, balance: 10_500 }]);
  });

  it('[OTM-02] may take the whole balance, whatever float a settlement would leave', async () => {
    const club = await clubWith(25_000, { floatMinor: 10_000 });
    expect(told(await transfer(club, { member: await host.member() }, 25_000))).toBe('201 posted');
    expect((await ofClub(club)).at(-1)?.balance).toBe(0);
  });

  it('[OTM-03] of one cent more than the balance is refused, and there are no rows', async () => {
    const club = await clubWith(25_000);
    const member = await host.member();
    const { status, body } = await transfer(club, { member }, 25_001);
    expect([status, body.code, body.reason]).toEqual([409, 'organisation_payment_refused', 'insufficient_funds']);
    expect([await ofClub(club), await ofMember(member)]).toEqual([[], []]);
  });

  it('[OTM-04][W-52] of nothing or less is refused, also as a miscellaneous payment or a charge', async () => {
    const club = await clubWith(25_000);
    const member = await host.member(500);
    const misc = { more: { reason: 'miscellaneous' } };
    const charge = (amount: number) => {
      const charges = [{ member, amount: { amount, currency: 'AUD' }, description: 'Balls' }];
      return counter.till.post<Shown>('/v1/charges', { organisation: club, charges }, randomUUID());
    };
    const answers = [
      await transfer(club, { member }, -5_000),
      await transfer(club, { member }, 0),
      await transfer(club, { member }, -1, misc),
      await transfer(club, { member }, 0, misc),
      await topUp(club, member, -1),
      await charge(-100),
      await charge(0),
    ];
    expect(answers.map(told)).toEqual(Array.from({ length: 7 }, () => '422 invalid_request'));
    expect([await ofClub(club), await ofMember(member)]).toEqual([[], []]);
  });

  it('is typed by what it is for on both sides', async () => {
    const club = await clubWith(25_000);
    const member = await host.member();
    await transfer(club, { member }, 100, { more: { reason: 'membership' } });
    await transfer(club, { member }, 200, { more: { reason: 'miscellaneous', session: 'session-7' } });
    const types = (lines: readonly { type: string }[]) => lines.map(({ type }) => type);
    expect(types(await ofClub(club))).toEqual(['Club Membership', 'Miscellaneous']);
    expect(types(await ofMember(member))).toEqual(['Club Membership', 'Miscellaneous']);
  });

  it('is told to the member, with the amount, what it is for, and who sent it', async () => {
    const club = await clubWith(25_000);
    const email = `${randomUUID()}@members.example`;
    await transfer(club, { member: await host.member(0, { email }) }, 5_445);
    const [mail, ...others] = await mailsTo(counter, email);
    expect([mail?.subject, others]).toEqual(['Transfer from Rival Club', []]);
    expect(mail?.text).toContain('54.45 AUD');
    expect(mail?.text).toContain('Description: Prize money');
    expect(mail?.text).toContain('Sent by: ');
  });

  it('happens once under one key', async () => {
    const club = await clubWith(25_000);
    const member = await host.member();
    const key = randomUUID();
    const [first, again] = [
      await transfer(club, { member }, 100, { key }),
      await transfer(club, { member }, 100, { key }),
    ];
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await ofMember(member)).toHaveLength(1);
  });
});

describe('a transfer between organisations', () => {
  it("[W-51] is told to the receiving organisation's contact, and not to the paying one's", async () => {
    const [payerMail, payeeMail] = [`${randomUUID()}@payer.example`, `${randomUUID()}@payee.example`];
    const payer = await clubWith(25_000, { email: payerMail });
    const payee = await clubWith(0, { name: 'Home Club', email: payeeMail });
    expect(told(await transfer(payer, { organisation: payee }, 10_000))).toBe('201 posted');
    expect(await ofClub(payer)).toEqual([{ type: 'Org Transfer', amount: -10_000, balance: 15_000 }]);
    expect(await linesOf(counter, `organisation/${payee}`)).toEqual([
      { type: 'Org Transfer', amount: 10_000, balance: 10_000 },
    ]);
    const mails = await mailsTo(counter, payeeMail);
    expect(mails.map(({ subject }) => subject)).toEqual(['Transfer from Rival Club']);
    expect(mails[0]?.text).toContain('100.00 AUD');
    expect(await mailsTo(counter, payerMail)).toEqual([]);
  });

  it('is refused with its own code to itself, to nobody, to a closed one and to two at once', async () => {
    const club = await clubWith(1_000);
    const closed = await clubWith(0);
    const found = await counter.orm.em
      .fork()
      .getConnection()
      .execute("UPDATE organisation SET status = 'closed' WHERE id = ?", [closed]);
    expect(found).toBeDefined();
    const answers = [
      await transfer(club, { organisation: club }, 100),
      await transfer(club, { organisation: 'org_01KAJ0000000000000000000AA' }, 100),
      await transfer(club, { member: 'mem_01KAJ0000000000000000000AA' }, 100),
      await transfer(club, { organisation: closed }, 100),
      await transfer(club, {}, 100),
      await transfer(club, { organisation: closed }, 100, { more: { reason: 'membership' } }),
      await transfer(club, { member: await host.member() }, 100, { more: { description: 'x'.repeat(81) } }),
    ];
    expect(answers.map(told)).toEqual([
      '422 self_transfer',
      '404 not_found',
      '404 not_found',
      '422 organisation_closed',
      '422 invalid_request',
      '422 invalid_request',
      '422 invalid_request',
    ]);
    expect(await ofClub(club)).toEqual([]);
  });
});

describe('a member’s top-up out of club funds', () => {
  it('adds to the balance, and is taken back once and whole', async () => {
    const club = await clubWith(25_000);
    const member = await host.member();
    const { body } = await topUp(club, member, 10_000);
    expect(told(await reverse(club, body.id))).toBe('201 posted');
    expect(told(await reverse(club, body.id))).toBe('409 organisation_payment_state_conflict');
    expect(await ofClub(club)).toEqual([
      { type: 'Club Top Up', amount: -10_000, balance: 15_000 },
      { type: 'Club Top Up Rev', amount: 10_000, balance: 25_000 },
    ]);
    expect((await ofMember(member)).map(({ type, balance }) => [type, balance])).toEqual([
      ['Club Top Up', 10_000],
      ['Club Top Up Rev', 0],
    ]);
  });

  it('that is spent is taken back only by force, which is finance’s to use', async () => {
    const club = await clubWith(25_000);
    const member = await host.member();
    const own = await ownDesk(club);
    const { body } = await topUp(club, member, 1_000, own);
    await host.pay(member, { organisation: club }, 600);
    const refused = await reverse(club, body.id, {}, own);
    expect([told(refused), refused.body.reason]).toEqual(['409 organisation_payment_refused', 'insufficient_funds']);
    expect(told(await reverse(club, body.id, { forced: true }, own))).toBe('403 forbidden');
    expect(told(await reverse(club, body.id, { forced: true }))).toBe('201 posted');
    expect((await ofMember(member)).at(-1)?.balance).toBe(-600);
  });
});

describe('an organisation’s own key', () => {
  it('neither pays, tops up, takes back nor refunds: it may only charge who has consented', async () => {
    const club = await clubWith(1_000);
    const till = await keyTill(club);
    const member = await host.member(500);
    const { body: given } = await topUp(club, member, 100);
    const refund = { organisation: club, kind: 'session', subject: 's', currency: 'AUD', description: 'Cancelled' };
    const lines = [{ member, amount: 100 }];
    const answers = [
      await transfer(club, { member }, 100, { till }),
      await topUp(club, member, 100, till),
      await reverse(club, given.id, {}, till),
      await till.post<Shown>('/v1/internal-refunds', { ...refund, lines }, randomUUID()),
    ];
    expect(answers.map(told)).toEqual(Array.from({ length: 4 }, () => '403 person_required'));
    expect([(await ofClub(club)).length, (await ofMember(member)).at(-1)?.balance]).toEqual([1, 600]);
    const charges = [{ member, amount: { amount: 250, currency: 'AUD' }, description: 'Balls' }];
    expect(told(await till.post<Shown>('/v1/charges', { charges }, randomUUID()))).toBe('403 consent_missing');
  });
});

describe('a person of an organisation', () => {
  it('moves its money and nobody else’s', async () => {
    const [club, rival] = [await clubWith(1_000), await clubWith(1_000)];
    const till = await ownDesk(club);
    const member = await host.member();
    expect(told(await transfer(club, { member }, 100, { till }))).toBe('201 posted');
    const { body } = await topUp(rival, member, 100);
    const foreign = [
      await transfer(rival, { member }, 100, { till }),
      await topUp(rival, member, 100, till),
      await reverse(rival, body.id, {}, till),
      await reverse(club, body.id, {}, till),
      await till.get<Shown>(`/v1/organisations/${club}/transfers/${body.id}`),
    ];
    expect(foreign.map(told)).toEqual(Array.from({ length: 5 }, () => '404 not_found'));
    const { body: listed } = await till.get<{ items: Shown[] }>(`/v1/organisations/${club}/transfers`);
    expect(listed.items.map(({ state }) => state)).toEqual(['posted']);
  });

  it('gives members back what they paid for a session of it, and for nobody else’s', async () => {
    const [club, rival] = [await clubWith(1_000), await clubWith(1_000)];
    const till = await ownDesk(club);
    const member = await host.member();
    const refund = (organisation: string) => {
      const what = { kind: 'session', subject: 'session-7', currency: 'AUD', description: 'Session cancelled' };
      const body = { ...what, organisation, lines: [{ member, amount: 700 }] };
      return till.post<Shown>('/v1/internal-refunds', body, randomUUID());
    };
    const given = await refund(club);
    expect([told(given), told(await refund(rival))]).toEqual(['201 posted', '404 not_found']);
    expect(await ofMember(member)).toEqual([{ type: 'Refund', amount: 700, balance: 700 }]);
    expect(told(await till.get<Shown>(`/v1/internal-refunds/${given.body.id}`))).toBe('200 posted');
    const other = await ownDesk(rival);
    expect(told(await other.get<Shown>(`/v1/internal-refunds/${given.body.id}`))).toBe('404 not_found');
  });
});
