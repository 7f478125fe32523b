import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { payoutWorkflowId } from '../../../src/workflows/settlement/payout.messages.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { adjusted, MonthEnd, october, type Club, type Shown } from '../../support/month-end.ts';

let office: MonthEnd;
beforeAll(async () => {
  office = await MonthEnd.open();
}, 60_000);
afterEach(async () => expectBooksInOrder(office.counter.databaseUrl));
afterAll(() => office.close());

type Given = Omit<Club, 'zone'> & { readonly defaultFeeBp: number; readonly overrideMinor?: number };

/** Settled, to the bank, kept (fee and tax together, as cobalt.md 2.14 has it), left; each club in a zone of its own. */
async function settle({ defaultFeeBp, overrideMinor, ...club }: Given) {
  await office.fee(defaultFeeBp);
  const zone = office.zone();
  const organisation = await office.club({ zone, ...club });
  let run = await office.planned(zone);
  if (overrideMinor !== undefined) {
    const body = { organisation, amount: overrideMinor, reason: 'As agreed' };
    run = (await office.ask(`/v1/settlements/${run.id}/overrides`, { as: 'starter', body })).body;
  }
  expect((await office.approve(run)).status).toBe(200);
  const over = await office.over(run.id);
  const { settled, payout, fee, tax } = (await office.item(run.id, organisation)).posted!;
  const left = await office.balance(organisation);
  return { run: over, organisation, figures: [settled.amount, payout.amount, fee.amount + tax.amount, left] };
}

describe('what an organisation is settled', () => {
  it('[SET-01] is all it has, with fee and tax taken, in four legs to the cent', async () => {
    const { figures, run, organisation } = await settle({ balanceMinor: 100_000, defaultFeeBp: 500 });
    expect(figures).toEqual([100_000, 95_000, 5_000, 0]);
    expect([run.state, run.progress, run.counts, run.attention]).toEqual(['done', 100, { posted: 1 }, null]);
    // 50.00 of fee with 10 % GST in it: 45.45 and 4.55.
    expect(await entriesOf(run, organisation)).toEqual([
      `organisation/${organisation}/AUD debit 100000`,
      'payouts-in-flight/AUD credit 95000',
      'income/settlement-fee/AUD credit 4545',
      'tax/AUD credit 455',
    ]);
    const [payout] = await office.sql('SELECT * FROM payout WHERE run_id = ?', [run.id]);
    expect(payout).toMatchObject({
      ...{ organisation_id: organisation, period: october, currency: 'AUD', amount_minor: 95_000, state: 'planned' },
      ...{ settled_minor: 100_000, fee_minor: 4_545, tax_minor: 455, attempt_no: 1, method: 'bank' },
      settlement_op_key: `settlement-${run.id}-${organisation}-AUD`,
    });
  });

  const rows: readonly [string, Given, readonly number[]][] = [
    [
      '[SET-02][C12] is what is above its float: 1000.00 with 200.00 and 5 % pays 760.00 and leaves 200.00',
      { balanceMinor: 100_000, floatMinor: 20_000, defaultFeeBp: 500 },
      [80_000, 76_000, 4_000, 20_000],
    ],
    [
      '[SET-05] is rounded once: 1134.56 at 3 % pays 1100.52',
      { balanceMinor: 123_456, floatMinor: 10_000, defaultFeeBp: 300 },
      [113_456, 110_052, 3_404, 10_000],
    ],
    [
      '[SET-06] goes by its own fee where it has one: 1134.56 at 2.5 % pays 1106.20',
      { balanceMinor: 123_456, floatMinor: 10_000, defaultFeeBp: 300, feeBp: 250 },
      [113_456, 110_620, 2_836, 10_000],
    ],
    [
      '[SET-07] is paid in full where its fee is nothing',
      { balanceMinor: 50_000, defaultFeeBp: 300, feeBp: 0 },
      [50_000, 50_000, 0, 0],
    ],
    ['[SET-08] at 3 % of 602.00 is 583.94', { balanceMinor: 60_200, defaultFeeBp: 300 }, [60_200, 58_394, 1_806, 0]],
    [
      '[SET-09][W-33] is rounded half up by the one rule there is: 95.475 is 95.48',
      { balanceMinor: 10_050, defaultFeeBp: 500 },
      [10_050, 9_548, 502, 0],
    ],
    [
      '[SET-10] at 3 % of 33805.51 is 32791.34, with 500.00 left',
      { balanceMinor: 3_430_551, floatMinor: 50_000, defaultFeeBp: 300 },
      [3_380_551, 3_279_134, 101_417, 50_000],
    ],
    [
      '[SET-13] is what a person says instead: 300.00 of 1000.00 pays 285.00 and leaves 700.00',
      { balanceMinor: 100_000, defaultFeeBp: 500, overrideMinor: 30_000 },
      [30_000, 28_500, 1_500, 70_000],
    ],
  ];
  it.each(rows)('%s', async (_title, given, expected) => {
    expect((await settle(given)).figures).toEqual(expected);
  });

  it.each([
    ['[SET-03] is nothing, below its float: it is not in the plan', 15_000],
    ['[SET-04] is nothing, exactly at its float: it is not in the plan', 20_000],
  ])('%s', async (_title, balanceMinor) => {
    const zone = office.zone();
    const organisation = await office.club({ zone, balanceMinor, floatMinor: 20_000 });
    const run = await office.planned(zone);
    expect([run.state, run.counts, run.leftOut]).toEqual(['done', {}, []]);
    expect(await office.balance(organisation)).toBe(balanceMinor);
  });
});

describe('an organisation that has less when it is posted than when it was planned', () => {
  it('[SET-11] is settled nothing and named for a person, and a later run of the month may settle it', async () => {
    const zone = office.zone();
    await office.fee(500);
    const [poor, rich] = await office.clubs([
      { zone, balanceMinor: 100_000 },
      { zone, balanceMinor: 10_000 },
    ]);
    const run = await office.planned(zone);
    await office.adjust(poor!, -90_000);
    await office.approve(run);
    const over = await office.over(run.id);
    expect([over.state, over.counts, over.attention]).toEqual([
      'done_with_errors',
      { posted: 1, short: 1 },
      '1 not settled',
    ]);
    expect(over.toActOn).toEqual([{ organisation: poor, currency: 'AUD', outcome: 'insufficient_funds' }]);
    expect([await office.balance(poor!), await office.balance(rich!)]).toEqual([10_000, 0]);
    await office.adjust(poor!, 90_000);
    const later = await office.settled(zone);
    expect([later.state, later.counts, await office.balance(poor!)]).toEqual(['done', { posted: 1 }, 0]);
  });

  it('[SET-11] is settled what is left above its float, and no more than was approved, where the run may cap', async () => {
    const zone = office.zone();
    await office.fee(500);
    const [poor, richer] = await office.clubs([
      { zone, balanceMinor: 100_000, floatMinor: 5_000 },
      { zone, balanceMinor: 10_000 },
    ]);
    const run = await office.planned(zone, { capsShort: true });
    await office.post([adjusted(poor!, -74_950), adjusted(richer!, 50_000)]);
    await office.approve(run);
    const over = await office.over(run.id);
    expect([over.state, over.counts]).toEqual(['done', { posted: 2 }]);
    // 250.50 is there, 50.00 of it the float: 200.50 at 5 % is 190.475, half up.
    const capped = await office.item(run.id, poor!);
    expect([capped.outcome, capped.settled.amount, capped.posted!.settled.amount]).toEqual(['capped', 95_000, 20_050]);
    expect(capped.posted!.payout.amount).toBe(19_048);
    expect([await office.balance(poor!), await office.balance(richer!)]).toEqual([5_000, 50_000]);
  });

  it('may not touch what is held for others', async () => {
    const zone = office.zone();
    const organisation = await office.club({ zone, balanceMinor: 100_000 });
    const run = await office.planned(zone);
    await office.sql('UPDATE ledger_account SET held_minor = 1 WHERE code = ?', [`organisation/${organisation}/AUD`]);
    await office.approve(run);
    expect((await office.over(run.id)).counts).toEqual({ short: 1 });
    await office.sql('UPDATE ledger_account SET held_minor = 0 WHERE code = ?', [`organisation/${organisation}/AUD`]);
  });
});

describe('a month of more organisations than a page has', () => {
  it('settles each, and begins a workflow for the payout of each', async () => {
    const zone = office.zone();
    await office.clubs(Array.from({ length: 105 }, () => ({ zone, balanceMinor: 10_000 })));
    const run = await office.settled(zone);
    expect([run.state, run.progress, run.counts]).toEqual(['done', 100, { posted: 105 }]);
    const payouts = await office.sql('SELECT id FROM payout WHERE run_id = ?', [run.id]);
    const { workflow } = office.counter.temporal;
    const waiting = payouts.map(({ id }) => workflow.getHandle(payoutWorkflowId(String(id))).describe());
    expect((await Promise.all(waiting)).filter(({ status }) => status.name === 'RUNNING')).toHaveLength(105);
  }, 60_000);
});

describe('a month that is settled again', () => {
  it('[SET-12][W-32] moves nothing a second time, and says whom it leaves out', async () => {
    const zone = office.zone();
    const organisation = await office.club({ zone, balanceMinor: 100_000 });
    expect((await office.settled(zone)).state).toBe('done');
    await office.adjust(organisation, 5_000);
    const again = await office.planned(zone);
    expect([again.state, again.counts]).toEqual(['done', {}]);
    expect(again.leftOut).toEqual([
      { organisation, balance: { amount: 100_000, currency: 'AUD' }, reason: 'claimed_by_another_run' },
    ]);
    expect(await office.balance(organisation)).toBe(5_000);
    expect(await office.sql('SELECT COUNT(*) AS n FROM payout WHERE organisation_id = ?', [organisation])).toEqual([
      { n: 1 },
    ]);
  });

  it('[SET-12] by two runs at the same time is settled by one of them', async () => {
    const zone = office.zone();
    const clubs = await office.clubs(Array.from({ length: 8 }, () => ({ zone, balanceMinor: 10_000 })));
    const runs = await Promise.all([office.planned(zone), office.planned(zone), office.planned(zone)]);
    const planned = runs.filter(({ state }) => state === 'awaiting_approval');
    expect(planned).toHaveLength(1);
    expect(planned[0]!.counts).toEqual({ planned: clubs.length });
    await office.approve(planned[0]!);
    await office.over(planned[0]!.id);
    for (const club of clubs) expect(await office.balance(club)).toBe(0);
  });

  it('has one answer for one key, however often it is asked for', async () => {
    const zone = office.zone();
    await office.club({ zone, balanceMinor: 10_000 });
    const ask = () =>
      office.ask('/v1/settlements', { as: 'starter', key: `key-${zone}`, body: { period: october, zone } });
    const [first, second] = [await ask(), await ask()];
    expect([first.status, second.body.id]).toEqual([201, first.body.id]);
    expect(await office.sql('SELECT COUNT(*) AS n FROM settlement_run WHERE zone = ?', [zone])).toEqual([{ n: 1 }]);
  });
});

/** The settlement of an organisation in a run, as the book has it. */
async function entriesOf(run: Pick<Shown, 'id'>, organisation: string): Promise<string[]> {
  const rows = await office.sql(
    `SELECT a.code, e.side, e.amount_minor FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
     JOIN ledger_account a ON a.id = e.account_id WHERE t.op_key = ? ORDER BY e.position`,
    [`settlement-${run.id}-${organisation}-AUD`],
  );
  return rows.map((row) => `${String(row['code'])} ${String(row['side'])} ${String(row['amount_minor'])}`);
}
