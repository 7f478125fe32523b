import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settlementScheduleId } from '../../../src/jobs/settlement/settlement-schedules.ts';
import {
  reconcileDailyId,
  reconcileRunWorkflowId,
} from '../../../src/workflows/reconciliation/reconcile-day.messages.ts';
import * as attributes from '../../../src/workflows/search-attributes.messages.ts';
import { demoNames } from '../../../workers/demo/seed.ts';
import { rowsOf } from '../../faults/harness/query.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host, linesOf } from '../../support/members.ts';
import { giveBack, paidCard } from '../../support/refunds.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let account: string;

/** Fees that are not known when a payment is posted are left to the run: the fee sweep does not come. */
const env = {
  RECONCILE_GRACE_MS: '0',
  FEE_SWEEP_MS: '3600000',
  EVENT_SWEEP_MS: '200',
  QUIET_SWEEP_MS: '500',
  SETTLEMENT_SCHEDULE: 'true',
  RECONCILIATION_SCHEDULE: 'true',
  REFUND_TIMING: JSON.stringify({ ladderMs: [500] }),
};

beforeAll(async () => {
  counter = await openCounter({ env });
  host = new Host(counter);
  account = counter.shop.site.processorAccountId;
}, 60_000);
afterAll(() => counter.close());

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly kind: string;
  readonly subject: string;
  readonly theirs: number | null;
  readonly ours: number | null;
  readonly isAlarm: boolean;
  readonly code?: string;
  readonly reason: string | null;
  readonly figures: Readonly<Record<string, number>>;
  readonly items: readonly Shown[];
}

/** Reads all from the beginning again; what was read before changes nothing. */
async function reconcile(): Promise<Shown> {
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const started = await counter.till.post<Shown>(
    '/v1/reconciliations',
    { processorAccount: account, from },
    randomUUID(),
  );
  expect([started.status, started.text]).toEqual([202, expect.stringContaining('running')]);
  const path = `/v1/reconciliations/${started.body.id}`;
  await until(async () => (await counter.till.get<Shown>(path)).body.state === 'done', { withinMs: 30_000 });
  // It says that a person is needed after the day is closed.
  await counter.temporal.workflow.getHandle(reconcileRunWorkflowId(started.body.id)).result();
  return (await counter.till.get<Shown>(path)).body;
}

async function differences(state = 'open'): Promise<readonly Shown[]> {
  return (await counter.till.get<Shown>(`/v1/reconciliation-differences?state=${state}`)).body.items;
}

const resolve = (id: string, decision: string) =>
  counter.till.post<Shown>(
    `/v1/reconciliation-differences/${id}/resolution`,
    { decision, reason: 'looked at' },
    randomUUID(),
  );

/** A charge at the processor that nobody here knows of. */
async function foreignCharge(amount: number): Promise<string> {
  const response = await fetch(`${counter.env['STRIPE_API_BASE']}/v1/payment_intents`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_demo', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      ...{ amount: String(amount), currency: 'aud', confirm: 'true', payment_method: 'pm_card_visa' },
      ...{ 'allowed_payment_method_types[0]': 'card' },
    }).toString(),
  });
  return ((await response.json()) as { latest_charge: string }).latest_charge;
}

describe("the processor's books and ours", () => {
  it('agree on sales, top-ups, refunds, disputes, fees and payouts; what nobody has booked of those is posted, once', async () => {
    await counter.control.balance.setAvailable('aud', 1_000_000, demoNames.account);
    await counter.control.reader(demoNames.reader).mode('auto_tap');
    const sold = await counter.till.sell(2_500);
    await counter.till.until(sold.body.id, 'posted');
    const [kept, given, disputed] = [
      await paidCard({ counter, host }, { cardMinor: 10_000, balanceMinor: 10_000 }),
      await paidCard({ counter, host }, { cardMinor: 7_000, balanceMinor: 7_000 }),
      await paidCard({ counter, host }, { cardMinor: 6_000, balanceMinor: 6_000 }),
    ];
    expect((await giveBack(counter, given, 1_500)).status).toBe(201);
    await counter.control.paymentIntent(kept.paymentRef).refundInConsole({ amount: 700 });
    await until(async () => (await linesOf(counter, `member/${kept.member}`)).length === 2);
    const { id: dispute } = await counter.control.paymentIntent(disputed.paymentRef).dispute();
    await until(async () => (await rowsOf(counter.databaseUrl, 'SELECT id FROM dispute')).length === 1);
    await counter.control.dispute(dispute).win();
    await until(
      async () => (await rowsOf(counter.databaseUrl, "SELECT id FROM dispute WHERE state = 'won'")).length === 1,
    );
    await counter.control.payouts.make(9_000, 'aud', demoNames.account);
    const failed = await counter.control.payouts.make(3_000, 'aud', demoNames.account);
    await counter.control.payouts.fail(failed.id);

    const { figures } = await reconcile();
    expect(await differences()).toEqual([]);
    // 4 payments, 2 refunds, 2 movements of the dispute, 2 payouts and one that came back.
    expect(figures).toMatchObject({ linesRead: 11, payoutsPosted: 3, opened: 0 });
    // One for each payment, whoever saw it first (decisions D7).
    const fees = "SELECT id FROM ledger_transaction WHERE kind = 'processor-fee'";
    expect(await rowsOf(counter.databaseUrl, fees)).toHaveLength(4);
    const [bank] = await rowsOf<{ minor: number }>(
      counter.databaseUrl,
      "SELECT balance_minor AS minor FROM ledger_account WHERE code = 'bank/main/AUD'",
    );
    expect(Number(bank?.minor)).toBe(9_000);

    const again = await reconcile();
    expect(again.figures).toMatchObject({ linesRead: 11, feesPosted: 0, payoutsPosted: 0, opened: 0, closed: 0 });
    await expectBooksInOrder(counter.databaseUrl);
  }, 60_000);

  it('differ where an event was lost: a person is called, its events are read again, and it closes by itself', async () => {
    const card = await paidCard({ counter, host }, { cardMinor: 5_000, balanceMinor: 5_000 });
    // Neither told nor read back: as if the processor had never made the events.
    await rowsOf(
      counter.databaseUrl,
      'UPDATE processor_account SET events_read_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR',
    );
    await counter.control.webhooks.drop('*');
    const { id: refund } = await counter.control.paymentIntent(card.paymentRef).refundInConsole({ amount: 900 });
    const foreign = await foreignCharge(1_234);
    const run = await reconcile();
    const workflow = counter.temporal.workflow.getHandle(reconcileRunWorkflowId(run.id));
    const reasonShown = async () => (await workflow.describe()).typedSearchAttributes.get(attributes.attentionReason);
    // The run is done in the rows before its workflow has said so.
    await until(async () => (await reasonShown()) === 'books_differ');
    expect((await workflow.describe()).typedSearchAttributes.get(attributes.needsAttention)).toBe(true);
    const open = [...(await differences())].sort((a, b) => a.subject.localeCompare(b.subject));
    expect(open.map(({ kind, subject, theirs, isAlarm }) => [kind, subject, theirs, isAlarm])).toEqual([
      ['missing_here', `in:${foreign}`, 1_234, true],
      ['missing_here', `out:${refund}`, -900, true],
    ]);
    const stray = open[0];
    const accepted = await resolve(stray?.id ?? '', 'accept');
    expect([accepted.status, accepted.body.state]).toEqual([200, 'accepted']);
    expect((await resolve(stray?.id ?? '', 'accept')).body.code).toBe('difference_not_open');
    for (const { id, subject } of await differences()) {
      expect([(await resolve(id, 'repost')).status, subject]).toEqual([200, subject]);
    }
    await until(async () => (await linesOf(counter, `member/${card.member}`)).length === 2, { withinMs: 20_000 });
    await reconcile();
    expect(await differences()).toEqual([]);
    expect((await differences('accepted')).map(({ subject }) => subject)).toEqual([`in:${foreign}`]);
    const audit = await rowsOf<{ action: string }>(
      counter.databaseUrl,
      "SELECT action FROM audit_event WHERE action LIKE 'difference.%' OR action = 'reconciliation.start' GROUP BY action",
    );
    expect(audit.map(({ action }) => action)).toContain('difference.accept');
  }, 60_000);

  it('are compared every day by a schedule that the jobs keep beside those of settlements', async () => {
    const { QUEUE_PREFIX: prefix = '' } = counter.env;
    const names = [reconcileDailyId(account), settlementScheduleId({ prefix }, 'Australia/Sydney')];
    for (const name of names) {
      const schedule = counter.temporal.schedule.getHandle(name);
      const describe = () => schedule.describe().catch(() => null);
      await until(async () => (await describe()) !== null);
      const { spec, policies, action } = await schedule.describe();
      expect([spec.timezone, policies.overlap, policies.pauseOnFailure]).toEqual([
        'Australia/Sydney',
        'BUFFER_ONE',
        true,
      ]);
      expect(action.taskQueue).toBe(counter.env['TASK_QUEUE_BULK']);
      await schedule.delete();
    }
  });

  it('refuses a period that is not over, one that runs backwards, and an account that is not there', async () => {
    const ask = async (body: object) => {
      const answer = await counter.till.post<Shown>('/v1/reconciliations', body, randomUUID());
      return [answer.status, answer.body.code];
    };
    const later = new Date(Date.now() + 60_000).toISOString();
    expect(await ask({ processorAccount: account, until: later })).toEqual([409, 'period_not_over']);
    const from = new Date(Date.now() - 1_000).toISOString();
    const backwards = { processorAccount: account, from, until: '2026-01-01T00:00:00Z' };
    expect(await ask(backwards)).toEqual([422, 'invalid_request']);
    expect(await ask({ processorAccount: 'pac_01J00000000000000000000000' })).toEqual([404, 'not_found']);
  });
});

describe('a write about the books', () => {
  /** Whatever is asked under a key of this kind cannot be finished. */
  const trouble = `CREATE TRIGGER unkept BEFORE UPDATE ON idempotency_request FOR EACH ROW
    IF NEW.idempotency_key LIKE 'unkept-%' THEN SIGNAL SQLSTATE '45000'; END IF`;
  const countOf = async (sql: string) => (await rowsOf(counter.databaseUrl, sql)).length;

  /** Asks while its answer cannot be kept, and then twice more under the same key. */
  async function askThrice(path: string, body: object, traces: string): Promise<readonly [number, number][]> {
    const key = `unkept-${randomUUID()}`;
    const seen: [number, number][] = [];
    await rowsOf(counter.databaseUrl, trouble);
    for (let n = 0; n < 3; n += 1) {
      const { status } = await counter.till.post<Shown>(path, body, key);
      seen.push([status, await countOf(traces)]);
      if (n === 0) await rowsOf(counter.databaseUrl, 'DROP TRIGGER unkept');
    }
    return seen;
  }

  it('is not done where its answer cannot be kept, and once however often it is asked again', async () => {
    const from = new Date(Date.now() - 3_600_000).toISOString();
    const wish = { processorAccount: account, from, until: new Date(Date.now() - 1_000).toISOString() };
    const runs = `SELECT id FROM reconciliation_run WHERE until_at = '${wish.until.replace('T', ' ').replace('Z', '')}'`;
    expect(await askThrice('/v1/reconciliations', wish, runs)).toEqual([
      [500, 0],
      [202, 1],
      [202, 1],
    ]);
    const [run] = await rowsOf<{ id: string }>(counter.databaseUrl, runs);
    const path = `/v1/reconciliations/${run?.id ?? ''}`;
    await until(async () => (await counter.till.get<Shown>(path)).body.state === 'done', { withinMs: 30_000 });
    expect(await countOf(`SELECT no FROM audit_event WHERE target = '${run?.id ?? ''}'`)).toBe(1);
  });

  it('on a difference stands or falls with its audit and its answer', async () => {
    const id = 'rcd_01KAJ0000000000000000000AA';
    await rowsOf(
      counter.databaseUrl,
      `INSERT INTO reconciliation_difference (id, place, subject, open_key, kind, state, currency, detail, created_at, updated_at)
       VALUES ('${id}', '${account}', 'in:ch_unkept', 'unkept', 'missing_here', 'open', 'AUD', 'x', NOW(6), NOW(6))`,
    );
    const decided = { decision: 'accept', reason: 'looked at' };
    const traces = `SELECT 1 FROM reconciliation_difference WHERE id = '${id}' AND state = 'accepted'
      UNION ALL SELECT 2 FROM audit_event WHERE target = '${id}'`;
    expect(await askThrice(`/v1/reconciliation-differences/${id}/resolution`, decided, traces)).toEqual([
      [500, 0],
      [200, 2],
      [200, 2],
    ]);
  });
});
