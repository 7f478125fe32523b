import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { randomUUID } from 'node:crypto';
import { parseCurrency } from '../../../src/domain/currency.ts';
import { memberId } from '../../../src/domain/ids.ts';
import { memberAccount } from '../../../src/domain/ledger-account.ts';
import { money } from '../../../src/domain/money.ts';
import { createPoster } from '../../../src/ledger/poster.ts';
import { adjustment } from '../../../src/ledger/postings/correction.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { mailsTo } from '../../support/mails.ts';
import { Host, linesOf, type ShownPayment } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { patchAutoTopUp, saveCard, shownAutoTopUp } from '../../support/saved-card.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let club: { organisation: string };

beforeAll(async () => {
  const timing = { ladderMs: [300], topUpMs: 20_000 };
  counter = await openCounter({
    env: { CHECKOUT_TIMING: JSON.stringify(timing), LINK_SET_UP: 'https://club.example/m/{member}/card' },
  });
  host = new Host(counter);
  club = { organisation: counter.shop.site.organisationId };
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(() => counter.close());

interface Person {
  readonly id: string;
  readonly ref: string;
  readonly email: string;
}

async function person(balanceMinor: number, more: Readonly<Record<string, unknown>> = {}): Promise<Person> {
  const ref = randomUUID();
  const email = `${ref}@members.example`;
  return { id: await host.member(balanceMinor, { externalRef: ref, email, ...more }), ref, email };
}

/** One with automatic top-ups on, whose balance was not low while the card was saved. */
async function carded(balanceMinor: number, autoMinor: number, behaviour?: 'generic_decline'): Promise<Person> {
  const one = await person(10_000);
  await saveCard(counter, one.id);
  if (balanceMinor !== 10_000) await host.give(memberId(one.id), balanceMinor - 10_000);
  await patchAutoTopUp(counter, one.id, { amount: { amount: autoMinor, currency: 'AUD' } });
  const [row] = await sql<{ ref: string }>('SELECT payment_method_ref AS ref FROM auto_top_up WHERE member_id = ?', [
    one.id,
  ]);
  if (behaviour !== undefined) await counter.control.paymentMethod(row!.ref).behave(behaviour);
  return one;
}

async function sql<T>(text: string, values: string[]): Promise<T[]> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    return (await connection.query<RowDataPacket[]>(text, values))[0] as T[];
  } finally {
    await connection.end();
  }
}

const lines = async ({ id }: Person) =>
  (await linesOf(counter, `member/${id}`)).map(({ type, amount, balance }) => [type, amount, balance]);
const subjects = async ({ email }: Person) => (await mailsTo(counter, email)).map(({ subject }) => subject);
/** Once the workflow is over, nothing more is written of the payment. */
const over = ({ body }: { body: ShownPayment }) => counter.temporal.workflow.getHandle(`payment-${body.id}`).result();

async function paid(from: Person, to: object, amount: number, more: object = {}): Promise<ShownPayment> {
  const answer = await host.pay(from.id, to, amount, more);
  expect([answer.status, answer.body.status]).toEqual([201, 'paid']);
  await over(answer);
  return answer.body;
}

async function paidByCard(from: Person, to: object, amount: number, more: object = {}): Promise<number> {
  const answer = await host.pay(from.id, to, amount, more);
  expect(answer.body.status).toBe('checkout_required');
  await counter.control.paymentIntent(answer.body.checkout!.paymentRef).confirm('4242424242424242');
  await over(answer);
  expect((await host.show(answer.body.id)).state).toBe('paid');
  return answer.body.checkout!.amount.amount;
}

async function batch(from: Person, amount: number): Promise<void> {
  const payment = { member: from.id, to: club, amount: { amount, currency: 'AUD' }, description: 'Session fee' };
  const answer = await counter.till.post<{ items: ShownPayment[] }>(
    '/v1/payment-batches',
    { payments: [{ ...payment, type: 'Club Payment' }] },
    randomUUID(),
  );
  expect(answer.body.items.map(({ status }) => status)).toEqual(['paid']);
}

describe('a low balance', () => {
  it('[LOW-01] [C20] is told with the balance, the rows that led to it, and the way out', async () => {
    const [rich, alan] = [await carded(10_000, 10_000), await person(2_500)];
    await paid(alan, club, 1_000, { description: 'Tuesday <b>pairs</b>' });
    const [mail, ...more] = await mailsTo(counter, alan.email);
    expect([mail?.subject, more]).toEqual(['Low Balance Warning', []]);
    expect(mail?.text).toContain('15.00 AUD');
    expect(mail?.text).toContain('Tuesday <b>pairs</b>  -10.00 AUD');
    expect(mail?.text).toContain('25.00 AUD');
    expect(mail?.text).toMatch(/[1-9]\d* members? uses? automatic top-ups\./);
    expect(mail?.text).toContain(`https://club.example/m/${alan.ref}/card`);
    for (const page of ['top-up', 'statement', 'settings'])
      expect(mail?.text).toContain(`https://host.example/members/${alan.ref}/${page}`);
    expect(mail?.html).toContain('Tuesday &lt;b&gt;pairs&lt;/b&gt;');
    expect(await subjects(rich)).toEqual([]);
  });

  it('[LOW-02] [LOW-03] [C20] is not told to who does not want it, nor when 20.00 are left', async () => {
    const [quiet, exact] = [await person(2_500, { wantsLowBalanceEmail: false }), await person(3_000)];
    await paid(quiet, club, 1_000);
    await paid(exact, club, 1_000);
    expect([await lines(quiet), await lines(exact)]).toEqual([
      [['Miscellaneous', -1_000, 1_500]],
      [['Miscellaneous', -1_000, 2_000]],
    ]);
    expect([await subjects(quiet), await subjects(exact)]).toEqual([[], []]);
  });

  it('[LOW-04] [LOW-07] is not told when a card paid, whether for an event or for anything else', async () => {
    const [entrant, payer] = [await person(3_000), await person(3_000)];
    expect(await paidByCard(entrant, club, 5_000, { type: 'Entry to an event' })).toBe(2_000);
    expect(await paidByCard(payer, club, 5_000)).toBe(2_000);
    expect(await lines(entrant)).toEqual([
      ['CC Payment', 2_000, 5_000],
      ['Entry to an event', -5_000, 0],
    ]);
    expect((await lines(payer)).at(-1)).toEqual(['Miscellaneous', -5_000, 0]);
    expect([await subjects(entrant), await subjects(payer)]).toEqual([[], []]);
  });

  it('[LOW-05] [LOW-06] is told of an event entry that leaves 5.00, and of a payment that leaves nothing', async () => {
    const [entrant, payer] = [await person(2_500), await person(2_500)];
    await paid(entrant, club, 2_000, { type: 'Entry to an event' });
    await paid(payer, club, 2_500);
    expect(await lines(entrant)).toEqual([['Entry to an event', -2_000, 500]]);
    expect(await lines(payer)).toEqual([['Miscellaneous', -2_500, 0]]);
    expect((await mailsTo(counter, entrant.email)).map(({ text }) => text.includes('low: 5.00 AUD'))).toEqual([true]);
    expect((await mailsTo(counter, payer.email)).map(({ text }) => text.includes('low: 0.00 AUD'))).toEqual([true]);
  });

  it('[BAT-03] [BAT-05] is told of payments in batches, to the cent', async () => {
    const [all, cent] = [await person(5_000), await person(4_000)];
    await batch(all, 5_000);
    await batch(cent, 2_001);
    expect([await lines(all), await lines(cent)]).toEqual([
      [['Club Payment', -5_000, 0]],
      [['Club Payment', -2_001, 1_999]],
    ]);
    await until(async () => (await subjects(all)).length + (await subjects(cent)).length === 2);
    expect((await mailsTo(counter, cent.email))[0]?.text).toContain('19.99 AUD');
    expect(await subjects(all)).toEqual(['Low Balance Warning']);
  });

  it('[W-47] is judged by one rule after every payment from the balance, and told once a day', async () => {
    const [payer, sender] = [await person(2_500), await person(2_500)];
    await paid(payer, club, 1_000, { type: 'Club Membership' });
    await paid(payer, club, 100);
    await host.give(memberId(payer.id), 2_000);
    await paid(payer, club, 2_000);
    await paid(sender, { member: payer.id }, 1_000);
    expect(await lines(payer)).toHaveLength(4);
    expect((await subjects(payer)).filter((subject) => subject === 'Low Balance Warning')).toHaveLength(1);
    expect((await subjects(sender)).sort()).toEqual(['Low Balance Warning', 'Transfer to Betty Bunting']);
  });
});

describe('an automatic top-up', () => {
  it('[AUT-03] [C13] that worked is told with its amount', async () => {
    const member = await carded(320, 5_000);
    await paid(member, club, 3_000);
    expect(await lines(member)).toEqual([
      ['Auto Top Up', 5_000, 5_320],
      ['Miscellaneous', -3_000, 2_320],
    ]);
    const [booked] = await sql<{ description: string; state: string }>(
      `SELECT l.description, t.state FROM ledger_transaction l JOIN top_up t ON l.op_key = CONCAT('card-in-', t.card_transaction_id)
       WHERE t.member_id = ?`,
      [member.id],
    );
    expect(booked).toEqual({ state: 'succeeded', description: expect.stringMatching(/4242 Exp \d+\/\d\d$/) });
    const mails = await mailsTo(counter, member.email);
    expect(mails.map(({ subject }) => subject)).toEqual(['Auto top up successful']);
    expect(mails[0]?.text).toContain('50.00 AUD');
  });

  it('[AUT-04] [INT-06] [NTF-02] that was refused is told once, with what was tried, why, and what follows', async () => {
    const [poor, payer] = [await carded(320, 5_000, 'generic_decline'), await carded(1_000, 10_000, 'generic_decline')];
    await host.pay(poor.id, club, 3_000);
    const answer = await host.pay(payer.id, club, 6_000);
    expect([answer.body.status, answer.body.checkout?.amount.amount]).toEqual(['checkout_required', 5_000]);
    expect([await lines(poor), await lines(payer)]).toEqual([[], []]);
    expect((await shownAutoTopUp(counter, poor.id)).state).toBe('disabled');
    const [row] = await sql<{ message: string }>('SELECT failure_message AS message FROM top_up WHERE member_id = ?', [
      poor.id,
    ]);
    const [first, ...rest] = await mailsTo(counter, poor.email);
    expect([first?.subject, rest]).toEqual(['Auto Top Up Failure', []]);
    for (const said of ['50.00 AUD', row!.message, 'disabled', `https://club.example/m/${poor.ref}/card`])
      expect(first?.text).toContain(said);
    const quoted = await mailsTo(counter, payer.email);
    expect([quoted.length, quoted[0]?.text.includes('100.00 AUD')]).toEqual([1, true]);
  });

  it('[BAT-07] that was refused after a payment is told, the payment stands, and no low balance is told', async () => {
    const member = await carded(4_000, 10_000, 'generic_decline');
    await batch(member, 2_001);
    await until(async () => (await shownAutoTopUp(counter, member.id)).state === 'disabled');
    expect(await lines(member)).toEqual([['Club Payment', -2_001, 1_999]]);
    expect(await subjects(member)).toEqual(['Auto Top Up Failure']);
  });
});

describe('a transfer between members', () => {
  const named = async (alanMinor: number, bettyMinor: number): Promise<[Person, Person]> => [
    await person(alanMinor, { firstName: 'Alan', lastName: 'Admin' }),
    await person(bettyMinor),
  ];
  async function expectMails(alan: Person, betty: Person, amount: string): Promise<void> {
    const [sent, received] = [await mailsTo(counter, alan.email), await mailsTo(counter, betty.email)];
    const toAlan = sent.filter(({ subject }) => subject.startsWith('Transfer'));
    expect(toAlan.map(({ subject }) => subject)).toEqual(['Transfer to Betty Bunting']);
    expect(received.map(({ subject }) => subject)).toEqual(['Transfer from Alan Admin']);
    expect(toAlan[0]?.text).toContain(`You have transferred ${amount} to Betty Bunting.`);
    expect(received[0]?.text).toContain(`Alan Admin has transferred ${amount} to you.`);
    for (const mail of [toAlan[0], received[0]]) expect(mail?.text).toContain('Entry fee');
  }

  it('[M2M-01] [NTF-01] [C39] from the balance is told to both, in exactly two mails', async () => {
    const [alan, betty] = await named(47_000, 40_444);
    await paid(alan, { member: betty.id }, 5_445);
    expect(await lines(alan)).toEqual([['Member Transfer', -5_445, 41_555]]);
    expect(await lines(betty)).toEqual([['Member Transfer', 5_445, 45_889]]);
    await expectMails(alan, betty, '54.45 AUD');
    expect(await subjects(alan)).toHaveLength(1);
  });

  it('[M2M-02] by card is told when the money has come, and not before', async () => {
    const [alan, betty] = await named(0, 1_000);
    await counter.control.webhooks.duplicate('payment_intent.succeeded', 3);
    const answer = await host.pay(alan.id, { member: betty.id }, 7_500);
    expect([await subjects(alan), await subjects(betty)]).toEqual([[], []]);
    await counter.control.paymentIntent(answer.body.checkout!.paymentRef).confirm('4242424242424242');
    await over(answer);
    await counter.control.webhooks.removeRules();
    expect(await lines(alan)).toEqual([
      ['CC Payment', 7_500, 7_500],
      ['Member Transfer', -7_500, 0],
    ]);
    expect(await lines(betty)).toEqual([['Member Transfer', 7_500, 8_500]]);
    await expectMails(alan, betty, '75.00 AUD');
  });

  it('[M2M-03] [W-29] [C21] partly by card is told with the whole amount', async () => {
    const [alan, betty] = await named(40_888, 30_526);
    expect(await paidByCard(alan, { member: betty.id }, 50_000)).toBe(9_112);
    expect(await lines(alan)).toEqual([
      ['CC Payment', 9_112, 50_000],
      ['Member Transfer', -50_000, 0],
    ]);
    expect(await lines(betty)).toEqual([['Member Transfer', 50_000, 80_526]]);
    await expectMails(alan, betty, '500.00 AUD');
  });

  it('[M2M-04] by an automatic top-up is told once, beside the top-up', async () => {
    const [alan, betty] = [await carded(41_555, 10_000), await person(80_526)];
    await paid(alan, { member: betty.id }, 100_000);
    expect(await lines(alan)).toEqual([
      ['Auto Top Up', 100_000, 141_555],
      ['Member Transfer', -100_000, 41_555],
    ]);
    expect(await lines(betty)).toEqual([['Member Transfer', 100_000, 180_526]]);
    expect(await subjects(alan)).toEqual(['Auto top up successful', 'Transfer to Betty Bunting']);
    expect(await subjects(betty)).toEqual(['Transfer from Betty Bunting']);
  });

  it('is not told by e-mail to who does not want word of payments, nor to accounts of the house', async () => {
    const quiet = await person(10_000, { wantsPaymentsEmail: false });
    const house = await person(0, { system: true });
    await paid(quiet, { member: house.id }, 1_000);
    expect([await subjects(quiet), await subjects(house)]).toEqual([[], []]);
  });
});

describe('an IOU', () => {
  it('is told to who owes, with the amount, the club and where to pay', async () => {
    const betty = await person(0);
    const { no } = (await counter.till.get<{ no: number }>(`/v1/members/${betty.id}`)).body;
    const { name } = (await counter.till.get<{ name: string }>(`/v1/organisations/${club.organisation}`)).body;
    const owed = { organisation: club.organisation, memberNo: no, amount: { amount: 1_250, currency: 'AUD' } };
    const made = await counter.till.post('/v1/ious', { externalRef: randomUUID(), ...owed }, randomUUID());
    expect(made.status).toBe(201);
    const mails = await mailsTo(counter, betty.email);
    expect(mails.map(({ subject }) => subject)).toEqual([`Pending Payment to ${name}`]);
    expect(mails[0]?.text).toContain(`You owe ${name} 12.50 AUD`);
    expect(mails[0]?.text).toContain(`https://host.example/members/${betty.ref}/pay`);
  });
});

describe('a manual adjustment', () => {
  it('[NTF-03] is told to nobody by e-mail', async () => {
    const alan = await person(2_500);
    const poster = createPoster({ databaseUrl: counter.databaseUrl });
    const currency = parseCurrency('AUD');
    const posted = await poster.post(
      adjustment({
        id: randomUUID().slice(0, 20),
        account: memberAccount(alan.id, currency),
        amount: money(-1_000, currency),
        occurredAt: new Date().toISOString(),
        description: 'Correction',
        actor: 'anna',
      }),
    );
    await poster.close();
    expect(posted.kind).toBe('posted');
    expect(await lines(alan)).toEqual([['Manual Adjustment', -1_000, 1_500]]);
    expect(await subjects(alan)).toEqual([]);
  });
});
