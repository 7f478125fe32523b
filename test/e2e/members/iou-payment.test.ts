import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, randomUUID } from 'node:crypto';
import { startCallbackHost, type CallbackHost } from '../../support/callback-host.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf, type ShownPayment } from '../../support/members.ts';
import { memberWithCard } from '../../support/saved-card.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

interface ShownIou {
  readonly id: string;
  readonly state: string;
  readonly payment: string | null;
}

const key = Buffer.alloc(24, 9);
let counter: Counter;
let host: Host;
let club: string;
let receiver: CallbackHost;

beforeAll(async () => {
  receiver = await startCallbackHost();
  counter = await openCounter({
    env: {
      CHECKOUT_TIMING: JSON.stringify({ ladderMs: [300], topUpMs: 20_000 }),
      CALLBACK_ALLOW_PRIVATE: 'true',
      CALLBACK_MS: '200',
      HOST_SECRET: `whsec_${key.toString('base64')}`,
    },
  });
  host = new Host(counter);
  club = counter.shop.site.organisationId;
  await counter.till.post(
    '/v1/callbacks',
    { routeCode: 'EVT', url: receiver.url, secretRefs: ['HOST_SECRET'] },
    randomUUID(),
  );
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(async () => {
  await counter.close();
  await receiver.close();
});

const lines = (member: string) => linesOf(counter, `member/${member}`);
const lastOfClub = async () => (await linesOf(counter, `organisation/${club}`)).at(-1);
const shown = async (iou: string) => (await counter.till.get<ShownIou>(`/v1/ious/${iou}`)).body;
async function noticesOf(member: string): Promise<unknown[]> {
  const rows = await counter.orm.em
    .fork()
    .execute<{ kind: string }[]>('SELECT kind FROM notice WHERE member_id = ?', [member]);
  return rows.map((row) => row.kind);
}
const settled = (iou: string, state: string) => until(async () => (await shown(iou)).state === state);

/** Table money of 12.50 that `member` owes the club. */
async function owe(member: string, more: object = {}): Promise<string> {
  const { no } = (await counter.till.get<{ no: number }>(`/v1/members/${member}`)).body;
  const amount = { amount: 1_250, currency: 'AUD' };
  const body = { externalRef: randomUUID(), organisation: club, memberNo: no, amount, ...more };
  const made = await counter.till.post<ShownIou>('/v1/ious', body, randomUUID());
  if (made.status !== 201) throw new Error(made.text);
  return made.body.id;
}

function pay(iou: string, member: string, more: object = {}, idempotencyKey: string = randomUUID()) {
  return counter.till.post<ShownPayment>(`/v1/ious/${iou}/pay`, { member, ...more }, idempotencyKey);
}

describe('an IOU that is paid', () => {
  it('[IOU-01] from the balance is booked as Miscellaneous and gone [C14]', async () => {
    const member = await host.member(4_000);
    const iou = await owe(member);
    const answer = await pay(iou, member);
    expect([answer.status, answer.body.status]).toEqual([201, 'paid']);
    expect(await lines(member)).toEqual([{ type: 'Miscellaneous', amount: -1_250, balance: 2_750 }]);
    expect(await lastOfClub()).toMatchObject({ type: 'Miscellaneous', amount: 1_250 });
    expect(await shown(iou)).toMatchObject({ state: 'paid', payment: answer.body.id });
  });

  it('[IOU-02] that leaves less than 20.00 tells the member so', async () => {
    const member = await host.member(3_000);
    const iou = await owe(member);
    expect((await pay(iou, member)).body.status).toBe('paid');
    expect(await lines(member)).toEqual([{ type: 'Miscellaneous', amount: -1_250, balance: 1_750 }]);
    expect(await shown(iou)).toMatchObject({ state: 'paid' });
    await until(async () => (await noticesOf(member)).includes('low_balance'));
  });

  it('[IOU-03] [C45] by card for what is lacking stays until the card money is there', async () => {
    const member = await host.member(500);
    const iou = await owe(member);
    const { body } = await pay(iou, member);
    expect([body.status, body.checkout?.amount.amount]).toEqual(['checkout_required', 750]);
    expect(await shown(iou)).toMatchObject({ state: 'paying', payment: body.id });
    expect(await lines(member)).toEqual([]);
    await counter.control.paymentIntent(body.checkout!.paymentRef).confirm('4242424242424242');
    await settled(iou, 'paid');
    expect(await lines(member)).toEqual([
      { type: 'CC Payment', amount: 750, balance: 1_250 },
      { type: 'Miscellaneous', amount: -1_250, balance: 0 },
    ]);
    expect(await lastOfClub()).toMatchObject({ type: 'Miscellaneous', amount: 1_250 });
  });

  it('[IOU-04] by an automatic top-up of 50.00 leaves 47.50', async () => {
    const member = await memberWithCard(counter, host, { balanceMinor: 1_000, autoMinor: 5_000 });
    const iou = await owe(member);
    const answer = await pay(iou, member);
    await settled(iou, 'paid');
    expect(answer.body.checkout).toBeUndefined();
    expect(await lines(member)).toMatchObject([
      { amount: 5_000, balance: 6_000 },
      { type: 'Miscellaneous', amount: -1_250, balance: 4_750 },
    ]);
  });

  it('[IOU-05] [W-36] in two tabs at once is paid once: the second is refused, also without a description', async () => {
    const member = await host.member(4_000);
    const iou = await owe(member);
    const answers = await Promise.all([pay(iou, member), pay(iou, member)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('iou_state_conflict');
    expect(await lines(member)).toEqual([{ type: 'Miscellaneous', amount: -1_250, balance: 2_750 }]);
    const again = await pay(iou, member);
    expect([again.status, again.body.code]).toEqual([409, 'iou_state_conflict']);
    expect(await lines(member)).toHaveLength(1);
  });

  it('answers a repeated request with the same key as before, and takes nothing again', async () => {
    const member = await host.member(4_000);
    const [iou, once] = [await owe(member), randomUUID()];
    const first = await pay(iou, member, {}, once);
    const again = await pay(iou, member, {}, once);
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(await lines(member)).toHaveLength(1);
  });

  it('is open again, for anybody, when its checkout is given up [C69]', async () => {
    const [member, friend] = [await host.member(0), await host.member(2_000)];
    const iou = await owe(member);
    const { body } = await pay(iou, member);
    await counter.till.post(`/v1/payments/${body.id}/cancel`, {}, randomUUID());
    await settled(iou, 'open');
    expect((await shown(iou)).payment).toBeNull();
    expect(await lines(member)).toEqual([]);
    expect((await pay(iou, friend, { forAnother: true })).body.status).toBe('paid');
    expect(await lines(friend)).toEqual([{ type: 'Miscellaneous', amount: -1_250, balance: 750 }]);
  });
});

describe('a payment with a route code', () => {
  it('of IOUs is refused outside of their own address, and nothing is booked', async () => {
    const member = await host.member(4_000);
    const iou = await owe(member);
    const answer = await host.pay(member, { organisation: club }, 1_250, { route: { code: 'UPP', payload: iou } });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_request']);
    expect(await shown(iou)).toMatchObject({ state: 'open' });
    expect(await lines(member)).toEqual([]);
  });

  it('[W-30] is told to the host with Success, signed, and with Failure when its checkout is given up', async () => {
    const told = async (payment: string) => {
      const find = () => receiver.received.find(({ body }) => body.includes(payment));
      await until(() => find() !== undefined);
      return find()!;
    };
    const member = await host.member(3_000);
    const more = { route: { code: 'EVT', payload: 'batch-7' } };
    const paid = await host.pay(member, { organisation: club }, 1_250, more);
    const { headers, body } = await told(paid.body.id);
    expect(JSON.parse(body)).toMatchObject({
      type: 'payment.succeeded',
      data: {
        code: 'EVT',
        payload: 'batch-7',
        payment: paid.body.id,
        member,
        amount: { amount: 1_250, currency: 'AUD' },
        status: 'Success',
      },
    });
    const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(text).digest('base64')}`);
    const given = await host.pay(member, { organisation: club }, 10_000, more);
    await counter.till.post(`/v1/payments/${given.body.id}/cancel`, {}, randomUUID());
    expect(JSON.parse((await told(given.body.id)).body)).toMatchObject({ data: { status: 'Failure' } });
    expect(receiver.received).toHaveLength(2);
  });
});

describe('a player who owes before there is an account', () => {
  it('claims the IOU by registering with the number, which nobody else can have', async () => {
    const memberNo = 1_500_000_000 + Math.floor(Math.random() * 400_000_000);
    const owed = {
      externalRef: randomUUID(),
      organisation: club,
      memberNo,
      amount: { amount: 1_250, currency: 'AUD' },
    };
    const iou = await counter.till.post<{ id: string }>('/v1/ious', owed, randomUUID());
    const member = await host.member(4_000, { no: memberNo });
    const body = { externalRef: randomUUID(), firstName: 'A', lastName: 'B', currency: 'AUD', no: memberNo };
    const second = await counter.till.post<{ code: string }>('/v1/members', body, randomUUID());
    expect([second.status, second.body.code]).toEqual([409, 'conflict']);
    const paid = await counter.till.post<ShownPayment>(`/v1/ious/${iou.body.id}/pay`, { member }, randomUUID());
    expect([paid.status, paid.body.status]).toEqual([201, 'paid']);
    // A number of our own making comes after it, and never meets it.
    const { body: next } = await counter.till.get<{ no: number }>(`/v1/members/${await host.member(0)}`);
    expect(next.no).toBeGreaterThan(memberNo);
  });
});
