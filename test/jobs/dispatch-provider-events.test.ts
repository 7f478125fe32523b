import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProviderEventRows } from '../../src/entities/events/provider-event-rows.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import {
  dispatchProviderEvents,
  type DispatchDependencies,
} from '../../src/jobs/events/dispatch-provider-events.job.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { processorRows, type ProcessorRows } from '../support/processor-rows.ts';

let database: TestDatabase;
let rows: ProcessorRows;
let pool: SqlPool;
let told: string[];
let queued: { ids: readonly string[]; delayMs: number }[];
let deps: DispatchDependencies;
let temporal: 'up' | 'down' | 'over';
let clock: Date;

beforeAll(async () => {
  database = await createTestDatabase();
  rows = await processorRows(database);
  pool = new SqlPool(database.url, 4);
});
afterAll(async () => {
  await pool.close();
  await database.drop();
});
beforeEach(() => {
  told = [];
  queued = [];
  temporal = 'up';
  clock = new Date();
  const tell = async (what: string): Promise<void> => {
    if (temporal === 'down') throw new Error('Temporal is away');
    told.push(what);
  };
  deps = {
    rows: new ProviderEventRows(pool),
    messenger: {
      async signalSale(saleId, pointer) {
        await tell(`signal ${saleId} ${pointer.type}`);
        return temporal === 'over' ? 'over' : 'signaled';
      },
      signalCardNews: () => Promise.resolve('over'),
      keepStrayMoney: (_account, ref) => tell(`stray ${ref}`),
      signalRefundNews: () => Promise.resolve('over'),
      reviewCard: (cardId) => tell(`review ${cardId}`),
      tellCardSaved: () => Promise.resolve(),
      tellPayout: (payoutId) => tell(`payout ${payoutId}`),
      startMemberMoney: () => Promise.resolve(),
      startLateEvent: ({ eventRowId, saleId }) => tell(`late ${eventRowId} ${saleId}`),
      startProcessorFees: (accountId) => tell(`fees ${accountId}`),
      startSale: (saleId) => tell(`start ${saleId}`),
    },
    queueLater: async (ids, delayMs) => void queued.push({ ids, delayMs }),
    askForFees: (accountId) => tell(`fees ${accountId}`),
    now: () => clock,
    metrics: { eventSettled: () => undefined, jobFailed: () => undefined },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
  };
});

let made = 0;
async function event(
  type: string,
  object: object,
  change: { accountId?: string; receivedAt?: string } = {},
): Promise<string> {
  const id = `pev_01KAK${String((made += 1)).padStart(21, '0')}`;
  const payload = JSON.stringify({ id: `evt_${made}`, type, created: 1, data: { object } });
  await pool.run(
    `INSERT INTO provider_event (id, provider, processor_account_id, event_key, type, payload, source, state, created_at,
      received_at, due_at) VALUES (?, 'stripe', ?, ?, ?, ?, 'webhook', 'received', UTC_TIMESTAMP(6), ?, UTC_TIMESTAMP(6))`,
    [
      id,
      change.accountId ?? rows.accountId,
      `evt_${made}`,
      type,
      payload,
      change.receivedAt ?? new Date().toISOString().replace('Z', ''),
    ],
  );
  return id;
}

async function dispatch(...ids: string[]): Promise<void> {
  await dispatchProviderEvents(deps, { eventRowIds: ids });
}

async function stateOf(id: string): Promise<Record<string, unknown>> {
  const [row] = await database.query(`SELECT state, reason, owner_id, attempts FROM provider_event WHERE id = '${id}'`);
  return row ?? {};
}

const authorized = 'payment_intent.amount_capturable_updated';

describe('dispatching an event', () => {
  it('finds its owner by the sale named in the metadata', async () => {
    const sale = await rows.sale();
    const id = await event(authorized, { id: 'pi_hint', metadata: { sale_id: sale } });
    await dispatch(id);
    expect(told).toEqual([`signal ${sale} ${authorized}`]);
    expect(await stateOf(id)).toMatchObject({ state: 'signaled', owner_id: sale, attempts: 1 });
  });

  it("finds its owner by the payment, and by the payment on the reader's screen", async () => {
    const sale = await rows.sale({ paymentRef: 'pi_known' });
    const failed = await event('payment_intent.payment_failed', { id: 'pi_known' });
    const action = { failure_code: 'customer_canceled', process_payment_intent: { payment_intent: 'pi_known' } };
    const reader = await event('terminal.reader.action_failed', { id: 'tmr_1', action });
    await dispatch(failed, reader);
    expect(told).toEqual([`signal ${sale} payment_intent.payment_failed`]);
    expect([await stateOf(failed), await stateOf(reader)]).toMatchObject([{ owner_id: sale }, { owner_id: sale }]);
  });

  it("does not believe another account's metadata", async () => {
    const sale = await rows.sale();
    const other = await rows.account({ secretRef: 'OTHER' });
    const id = await event(authorized, { id: 'pi_forged', metadata: { sale_id: sale } }, { accountId: other });
    await dispatch(id);
    expect(told).toEqual([]);
    expect(await stateOf(id)).toMatchObject({ state: 'parked', owner_id: null });
  });

  it('wakes a sale once for all events that come together', async () => {
    const sale = await rows.sale({ paymentRef: 'pi_many' });
    const ids = [
      await event(authorized, { id: 'pi_many' }),
      await event('payment_intent.succeeded', { id: 'pi_many' }),
      await event('charge.succeeded', { id: 'ch_many', payment_intent: 'pi_many' }),
    ];
    await dispatch(...ids);
    expect(told).toEqual([`signal ${sale} ${authorized}`]);
    expect(await Promise.all(ids.map(async (id) => (await stateOf(id))['state']))).toEqual([
      'signaled',
      'signaled',
      'observed',
    ]);
  });

  it('tells nothing to a sale that knows it already', async () => {
    const posted = await rows.sale({ paymentRef: 'pi_done', state: 'posted' });
    const id = await event('payment_intent.succeeded', { id: 'pi_done' });
    await dispatch(id);
    expect(told).toEqual([]);
    expect(await stateOf(id)).toMatchObject({ state: 'observed', owner_id: posted });
  });

  it('hands money for a closed sale to a late-event workflow', async () => {
    const sale = await rows.sale({ paymentRef: 'pi_late', state: 'expired' });
    const id = await event('payment_intent.succeeded', { id: 'pi_late' });
    await dispatch(id);
    expect(told).toEqual([`late ${id} ${sale}`]);
    expect(await stateOf(id)).toMatchObject({ state: 'late' });
  });

  it('hands an event to a late-event workflow when the sale has ended meanwhile', async () => {
    temporal = 'over';
    const sale = await rows.sale({ paymentRef: 'pi_over' });
    const id = await event(authorized, { id: 'pi_over' });
    await dispatch(id);
    expect(told).toEqual([`signal ${sale} ${authorized}`, `late ${id} ${sale}`]);
    expect(await stateOf(id)).toMatchObject({ state: 'late', reason: 'the workflow of the sale is over' });
  });

  it('asks for fees once when charges got theirs', async () => {
    const ids = [1, 2].map((n) => event('charge.updated', { id: `ch_${n}`, balance_transaction: `txn_${n}` }));
    await dispatch(...(await Promise.all(ids)));
    expect(told).toEqual([`fees ${rows.accountId}`]);
  });

  it('ignores a type that we have no use for, and says so', async () => {
    const id = await event('invoice.paid', { id: 'in_1' });
    await dispatch(id);
    expect(await stateOf(id)).toMatchObject({ state: 'ignored', reason: 'no use for invoice.paid' });
  });

  it('leaves a row open when its owner could not be told, and settles the others', async () => {
    temporal = 'down';
    await rows.sale({ paymentRef: 'pi_down' });
    const open = await event(authorized, { id: 'pi_down' });
    const known = await event('charge.succeeded', { id: 'ch_down' });
    await expect(dispatch(open, known)).rejects.toThrow('1 events could not be dispatched');
    expect(await stateOf(open)).toMatchObject({ state: 'received', attempts: 0 });
    expect(await stateOf(known)).toMatchObject({ state: 'observed' });
    temporal = 'up';
    await dispatch(open, known);
    expect(await stateOf(open)).toMatchObject({ state: 'signaled' });
  });

  it('done twice, at once or later, settles a row once and keeps what was written first', async () => {
    await rows.sale({ paymentRef: 'pi_twice' });
    const id = await event(authorized, { id: 'pi_twice' });
    await Promise.all([dispatch(id), dispatch(id), dispatch(id)]);
    const after = await stateOf(id);
    expect(after).toMatchObject({ state: 'signaled', attempts: 1 });
    temporal = 'over';
    await dispatch(id);
    expect(await stateOf(id)).toEqual(after);
  });
});

describe('an event whose owner is not here yet', () => {
  it('is parked with back-off and applied when the owner is there [F10]', async () => {
    const id = await event(authorized, { id: 'pi_early' });
    await dispatch(id);
    await dispatch(id);
    expect(queued.map(({ delayMs }) => delayMs)).toEqual([250, 500]);
    expect(await stateOf(id)).toMatchObject({ state: 'parked', attempts: 2 });
    const sale = await rows.sale({ paymentRef: 'pi_early' });
    await dispatch(id);
    expect(told).toEqual([`signal ${sale} ${authorized}`]);
    expect(await stateOf(id)).toMatchObject({ state: 'signaled' });
  });

  it('is not ours after ten minutes, if nothing in it names us', async () => {
    const id = await event(authorized, { id: 'pi_foreign' });
    clock = new Date(Date.now() + 599_000);
    await dispatch(id);
    expect(await stateOf(id)).toMatchObject({ state: 'parked' });
    clock = new Date(Date.now() + 601_000);
    await dispatch(id);
    expect(await stateOf(id)).toMatchObject({ state: 'ignored', reason: 'not ours' });
  });

  it('is never forgotten if it names a sale of ours: it stays parked, with attention [F10]', async () => {
    const missing = 'sal_01KAJZZZZZZZZZZZZZZZZZZZZZ';
    const id = await event(authorized, { id: 'pi_lost', metadata: { sale_id: missing } });
    clock = new Date(Date.now() + 3_600_000);
    await dispatch(id);
    expect(await stateOf(id)).toMatchObject({ state: 'parked', reason: `attention: ${missing} is not here` });
  });
});

describe('the inbox sweep', () => {
  it('takes what is overdue, the longest first, and not again before its time', async () => {
    await database.query("UPDATE provider_event SET state = 'observed'");
    const [first, second] = [await event('charge.succeeded', {}), await event('charge.succeeded', {})];
    await database.query(`UPDATE provider_event SET due_at = '2026-01-01' WHERE id = '${second}'`);
    const now = new Date(Date.now() + 60_000);
    const again = new Date(now.getTime() + 15_000).toISOString();
    const all = new ProviderEventRows(pool);
    expect(await all.takeDue(now.toISOString(), again, 1)).toEqual([second]);
    expect(await all.takeDue(now.toISOString(), again, 10)).toEqual([first]);
    expect(await all.takeDue(now.toISOString(), again, 10)).toEqual([]);
    const later = new Date(now.getTime() + 15_001).toISOString();
    expect(await all.takeDue(later, later, 10)).toHaveLength(2);
  });
});
