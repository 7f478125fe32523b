import { randomUUID } from 'node:crypto';
import type { ChildProcess } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { reconcileRunWorkflowId } from '../../src/workflows/reconciliation/reconcile-day.messages.ts';
import * as attributes from '../../src/workflows/search-attributes.messages.ts';
import { demoNames } from '../../workers/demo/seed.ts';
import { rowsOf } from '../faults/harness/query.ts';
import { forkWorker, killHard, openCounter, type Counter } from '../support/counter.ts';
import { Host, linesOf } from '../support/members.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';

let counter: Counter;
let host: Host;
/** Between the worker and the database. */
let proxy: TcpProxy;
let worker: ChildProcess;

beforeAll(async () => {
  counter = await openCounter({ without: ['worker'], env: { RECONCILE_GRACE_MS: '0', FEE_SWEEP_MS: '3600000' } });
  host = new Host(counter);
  proxy = await startTcpProxy(counter.databaseUrl);
}, 60_000);
beforeEach(async () => {
  worker = await forkOne();
}, 30_000);
afterEach(async () => {
  await killHard(worker);
  await expectBooksInOrder(counter.databaseUrl);
});
afterAll(async () => {
  await proxy.close();
  await counter.close();
});

function forkOne(): Promise<ChildProcess> {
  return forkWorker({ ...counter, env: { ...counter.env, DATABASE_URL: through(proxy, counter.databaseUrl) } });
}

/** Another worker takes the place of one that dies; nothing that it had sent and was kept back arrives. */
async function replace(): Promise<void> {
  await killHard(worker);
  proxy.cut();
  proxy.thaw();
  worker = await forkOne();
}

/** Dies before what it sends with `text` in it has reached the database. */
async function dieBefore(text: string): Promise<void> {
  await proxy.holdRequest(text).struck();
  await replace();
}

/** Dies when the database has committed what it sent with `text` in it, and it has not heard so. */
async function dieAfter(text: string, isThere: () => Promise<boolean>): Promise<void> {
  const held = proxy.holdRequest(text);
  await held.struck();
  proxy.freezeReplies();
  held.release();
  await until(isThere, { withinMs: 10_000 });
  await replace();
}

/** The same for a transaction that commits in a packet of its own. */
async function dieAfterCommit(text: string, isThere: () => Promise<boolean>): Promise<void> {
  const held = proxy.holdRequest(text);
  await held.struck();
  const dying = dieAfter('\u0003COMMIT', isThere);
  held.release();
  await dying;
}

const posting = 'INSERT INTO ledger_transaction';
const count = async (sql: string, values: readonly string[] = []): Promise<number> => {
  const [row] = await rowsOf<{ count: number }>(counter.databaseUrl, `SELECT COUNT(*) AS count FROM ${sql}`, values);
  return Number(row?.count);
};

describe('a payment of an organisation whose worker is killed', () => {
  interface Paid {
    readonly id: string;
    readonly state: string;
  }

  /** Pays 100.00 of 250.00 to a member, while the worker dies. */
  async function payWhile(die: (club: string) => Promise<void>) {
    const made = await counter.till.post<{ id: string }>('/v1/organisations', { name: 'Rival Club' }, randomUUID());
    const club = made.body.id;
    await host.pay(await host.member(25_000), { organisation: club }, 25_000);
    const member = await host.member(500);
    const body = { to: { member }, amount: { amount: 10_000, currency: 'AUD' }, description: 'Prize money' };
    const path = `/v1/organisations/${club}/transfers`;
    const key = randomUUID();
    const dying = die(club);
    const [first] = await Promise.all([counter.till.post<Paid>(path, body, key), dying]);
    await until(async () => (await counter.till.post<Paid>(path, body, key)).status === 201, { withinMs: 30_000 });
    const again = await counter.till.post<Paid>(path, body, key);
    expect([again.body.state, again.body.id]).toEqual(['posted', first.body.id]);
    return {
      ofClub: await linesOf(counter, `organisation/${club}`),
      ofMember: await linesOf(counter, `member/${member}`),
    };
  }

  const paidOnce = {
    ofClub: [expect.anything(), { type: 'Member Transfer', amount: -10_000, balance: 15_000 }],
    ofMember: [{ type: 'Org Transfer', amount: 10_000, balance: 10_500 }],
  };

  it('before it is in the book is paid once, by the next worker', async () => {
    expect(await payWhile(() => dieBefore(posting))).toEqual(paidOnce);
  }, 60_000);

  it('after it is in the book, and before anybody knows, is found there and not paid again', async () => {
    const die = (club: string) =>
      dieAfter(posting, async () => {
        const ofIt = "ledger_transaction WHERE kind = 'organisation-transfer' AND organisation_id = ?";
        return (await count(ofIt, [club])) === 1;
      });
    expect(await payWhile(die)).toEqual(paidOnce);
  }, 60_000);
});

describe('a reconciliation whose worker is killed', () => {
  interface Run {
    readonly id: string;
    readonly state: string;
    readonly figures: Readonly<Record<string, number>>;
  }

  /** In another second than what was made just now: the processor's books know whole ones only. */
  async function start(): Promise<Run> {
    const second = Math.floor(Date.now() / 1_000);
    await until(() => Promise.resolve(Math.floor(Date.now() / 1_000) > second));
    const body = { processorAccount: counter.shop.site.processorAccountId };
    const { status, body: run, text } = await counter.till.post<Run>('/v1/reconciliations', body, randomUUID());
    if (status !== 202) throw new Error(text);
    return run;
  }

  async function done({ id }: Run): Promise<Run> {
    const read = async () => (await counter.till.get<Run>(`/v1/reconciliations/${id}`)).body;
    await until(async () => (await read()).state === 'done', { withinMs: 60_000, everyMs: 100 });
    return read();
  }

  async function attention({ id }: Run): Promise<unknown> {
    const { typedSearchAttributes: shown } = await counter.temporal.workflow
      .getHandle(reconcileRunWorkflowId(id))
      .describe();
    return shown.get(attributes.needsAttention);
  }

  /** As if the processor had never made them. */
  async function noEvents(): Promise<void> {
    await counter.control.webhooks.drop('*');
    const readAll = 'UPDATE processor_account SET events_read_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR';
    await rowsOf(counter.databaseUrl, readAll);
  }

  /** At the processor, by nobody here. */
  async function foreignCharge(amount: number): Promise<void> {
    const { hostname, port } = new URL(counter.env['STRIPE_API_BASE'] ?? '');
    const stripe = new Stripe('sk_test_demo', { host: hostname, port, protocol: 'http' });
    await stripe.paymentIntents.create({
      ...{ amount, currency: 'aud', confirm: true, payment_method: 'pm_card_visa' },
      allowed_payment_method_types: ['card'],
    });
  }

  it('while it reads and while it posts has each fee and payout once, and agrees', async () => {
    await counter.control.balance.setAvailable('aud', 1_000_000, demoNames.account);
    for (const amount of [9_000, 3_000]) await counter.control.payouts.make(amount, 'aud', demoNames.account);
    const gate = await counter.control.holdResponse(
      { method: 'GET', path: '/v1/balance_transactions' },
      { stage: 'after', times: 1 },
    );
    const run = await start();
    await gate.held();
    const dying = dieAfter(
      posting,
      async () => (await count("ledger_transaction WHERE kind = 'processor-payout'")) === 2,
    );
    await replace();
    await gate.drop();
    await dying;
    expect((await done(run)).figures).toMatchObject({ linesRead: 2, opened: 0 });
    expect(await count("ledger_transaction WHERE kind = 'processor-payout'")).toBe(2);
    expect(await count('reconciliation_difference')).toBe(0);
    expect(await attention(run)).toBeUndefined();
  }, 120_000);

  it('while it writes differences down, and again when it has, counts each once and still calls a person', async () => {
    await noEvents();
    await foreignCharge(1_234);
    const closing = 'UPDATE reconciliation_run';
    const dying = dieBefore(closing);
    const run = await start();
    await dying;
    const ended = `reconciliation_run WHERE id = ? AND state = 'done'`;
    await dieAfterCommit(closing, async () => (await count(ended, [run.id])) === 1);
    const { temporal } = counter;
    await temporal.workflow.getHandle(reconcileRunWorkflowId(run.id)).result();
    // The charge of 12.34 is nobody's; its fee is booked.
    expect((await done(run)).figures).toMatchObject({ feesPosted: 1, opened: 1, closed: 0 });
    expect(await count("reconciliation_difference WHERE state = 'open'")).toBe(1);
    expect(await attention(run)).toBe(true);
  }, 120_000);
});
