import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { planRun } from '../../../src/activities/settlement/settlement-planning.ts';
import { loadConfig } from '../../../src/config.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { insertRun } from '../../../src/entities/settlement/settlement-runs.ts';
import { SqlPool } from '../../../src/entities/sql-pool.ts';
import { settlementRulesOf } from '../../../workers/settlement-settings.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { adjusted, MonthEnd, october, type Amount, type Shown, type ShownItem } from '../../support/month-end.ts';

let office: MonthEnd;
beforeAll(async () => {
  office = await MonthEnd.open({
    env: { SETTLEMENT_MINIMUM: '{"AUD": 1000}', SETTLEMENT_TIMING: '{"remindMs": 300, "expireMs": 1500}' },
  });
}, 60_000);
afterEach(async () => expectBooksInOrder(office.counter.databaseUrl));
afterAll(() => office.close());

interface Preview {
  readonly referenceAt: string;
  readonly isOver: boolean;
  readonly planHash: string;
  readonly items: readonly ShownItem[];
  readonly leftOut: readonly { readonly organisation: string; readonly reason: string }[];
  readonly warnings: readonly { readonly code: string; readonly payouts: Amount; readonly funds: Amount }[];
  readonly code?: string;
}

const preview = async (zone: string, period = october) =>
  office.ask<Preview>(`/v1/settlements/preview?zone=${encodeURIComponent(zone)}&period=${period}`);

describe('the plan of a month', () => {
  it('is not made before the month is over by the book’s clock, whatever the clock of a worker says', async () => {
    const zone = office.zone();
    await office.club({ zone, balanceMinor: 100_000 });
    const pool = new SqlPool(office.counter.databaseUrl, 1);
    const id = newId('settlementRun');
    const referenceAt = new Date(Date.now() + 120_000).toISOString();
    const run = { id, workflowId: `settlement-${id}`, zone, period: '2026-11', referenceAt, startedBy: 'starter' };
    const at = new Date();
    await pool.transact([insertRun({ ...run, cause: 'manual', capsShort: false, approvalsWanted: 1 }, at)]);
    const twentyMinutesAhead = () => new Date(Date.now() + 1_200_000);
    const settlementRules = settlementRulesOf(loadConfig(office.counter.env));
    const scheduled = { approvalsWanted: 1, capsShort: false };
    const tried = await planRun({ pool, now: twentyMinutesAhead, settlementRules, scheduled }, { runId: id });
    await pool.close();
    expect(tried.run.state).toBe('planned');
    // Two minutes, and five of grace.
    expect(Math.round(tried.waitMs / 60_000)).toBe(7);
  });

  it('counts what was recorded before the month ended in the zone, also when the clocks change', async () => {
    const zone = 'Australia/Sydney';
    const organisation = await office.club({ zone, balanceMinor: 0 });
    // Sydney is 11 hours ahead at the end of March 2026, 10 at the end of April, 11 again at the end of October.
    const entries = [
      ['2026-03-31T12:59:59.999999Z', 1_000_00],
      ['2026-03-31T13:00:00Z', 1_00],
      ['2026-04-30T13:59:59.999999Z', 20_00],
      ['2026-04-30T14:00:00Z', 2_00],
      ['2026-10-31T12:59:59.999999Z', 300_00],
      ['2026-10-31T13:00:00Z', 3_00],
    ] as const;
    for (const [at, minor] of entries) await office.at(at, [adjusted(organisation, minor)]);
    const ends: (string | number | undefined)[][] = [];
    for (const period of ['2026-03', '2026-04', october]) {
      const { body } = await preview(zone, period);
      ends.push([body.referenceAt, body.items.find((one) => one.organisation === organisation)?.balance.amount]);
    }
    expect(ends).toEqual([
      ['2026-03-31T13:00:00.000Z', 1_000_00],
      ['2026-04-30T14:00:00.000Z', 1_021_00],
      ['2026-10-31T13:00:00.000Z', 1_323_00],
    ]);
  });

  it('is the same in a preview as in the run, and a preview writes nothing', async () => {
    const zone = office.zone();
    await office.clubs([
      { zone, balanceMinor: 100_000, floatMinor: 20_000 },
      { zone, balanceMinor: 50_000, feeBp: 250 },
    ]);
    const { body } = await preview(zone);
    expect(await office.sql('SELECT COUNT(*) AS n FROM settlement_run WHERE zone = ?', [zone])).toEqual([{ n: 0 }]);
    const run = await office.planned(zone);
    expect([body.isOver, body.planHash]).toEqual([true, run.planHash]);
    expect(body.items.map(({ payout }) => payout.amount).sort()).toEqual([48_750, 76_000]);
    expect(run.totals).toEqual([
      expect.objectContaining({
        settled: { amount: 130_000, currency: 'AUD' },
        payout: { amount: 124_750, currency: 'AUD' },
      }),
    ]);
  });

  it('leaves nothing of a closed organisation, and keeps the float in its own currency only', async () => {
    const zone = office.zone();
    const [closed, foreign] = await office.clubs([
      { zone, balanceMinor: 500, floatMinor: 20_000, status: 'closed' },
      { zone, balanceMinor: 30_000, floatMinor: 20_000, currency: 'EUR', balanceCurrency: 'AUD' },
    ]);
    await office.bank(foreign!, { currency: 'AUD' });
    const { body } = await preview(zone);
    const settled = Object.fromEntries(body.items.map((item) => [item.organisation, item.settled]));
    expect(settled).toEqual({
      [closed!]: { amount: 500, currency: 'AUD' },
      [foreign!]: { amount: 30_000, currency: 'AUD' },
    });
  });

  it('blocks who has nowhere to be paid, and leaves small payouts to the next month', async () => {
    const zone = office.zone();
    const [homeless, unconnected, connected, small] = await office.clubs([
      { zone, balanceMinor: 10_000, withoutBank: true },
      { zone, balanceMinor: 10_000, payoutMethod: 'transfer' },
      { zone, balanceMinor: 10_000, payoutMethod: 'transfer', connectedAccount: 'acct_club', withoutBank: true },
      { zone, balanceMinor: 1_000 },
    ]);
    const { body } = await preview(zone);
    expect(
      Object.fromEntries(body.items.map(({ organisation, state, outcome }) => [organisation, outcome ?? state])),
    ).toEqual({
      [homeless!]: 'no_bank_details',
      [unconnected!]: 'no_connected_account',
      [connected!]: 'planned',
    });
    expect(body.leftOut.map(({ organisation, reason }) => [organisation, reason])).toEqual([[small, 'below_minimum']]);
  });

  it('warns when our own money does not cover the payouts', async () => {
    const zone = office.zone();
    await office.club({ zone, balanceMinor: 100_000 });
    const [before] = (await preview(zone)).body.warnings;
    expect(before).toMatchObject({ code: 'funds_do_not_cover', payouts: { amount: 95_000 } });
    await office.funds(95_000 - before!.funds.amount);
    expect((await office.planned(zone)).warnings).toEqual([]);
  });
});

describe('a month that cannot be settled', () => {
  it('is refused with its own code, and nothing is written', async () => {
    const zone = office.zone();
    await office.club({ zone, balanceMinor: 10_000 });
    const now = new Date().toISOString().slice(0, 7);
    const asked = async (more: object) => {
      const { status, body } = await office.start(zone, more);
      return `${status} ${body.code ?? ''}`;
    };
    expect([
      await asked({ period: '2026-13' }),
      await asked({ period: 'last month' }),
      await asked({ period: '1876-01' }),
      await asked({ period: now }),
      await asked({ period: '2999-12' }),
      await asked({ zone: 'Antarctica/Troll' }),
      await asked({ zone: 'Moon/Tranquility' }),
    ]).toEqual([
      ...[
        '422 period_unknown',
        '422 period_unknown',
        '422 period_unknown',
        '409 period_not_over',
        '409 period_not_over',
      ],
      ...['422 zone_unknown', '422 invalid_request'],
    ]);
    expect((await preview(zone, '2999-12')).body.code).toBe('period_not_over');
    expect((await preview(zone, now)).body.isOver).toBe(false);
    expect(await office.sql('SELECT COUNT(*) AS n FROM settlement_run WHERE zone = ?', [zone])).toEqual([{ n: 0 }]);
  });
});

describe('a run that nobody approves', () => {
  it('reminds people, then expires and leaves its organisations to another run', async () => {
    const zone = office.zone();
    const organisation = await office.club({ zone, balanceMinor: 100_000 });
    const run = await office.planned(zone);
    const reminded = await seen(run, ({ attention }) => attention === 'waits for approval');
    expect(reminded.state).toBe('awaiting_approval');
    const over = await office.over(run.id);
    expect([over.state, over.attention, over.counts]).toEqual(['expired', null, { released: 1 }]);
    expect(await office.balance(organisation)).toBe(100_000);
    expect((await office.planned(zone)).counts).toEqual({ planned: 1 });
  });
});

async function seen(run: Shown, holds: (shown: Shown) => boolean): Promise<Shown> {
  for (let looks = 0; looks < 500; looks += 1) {
    const shown = await office.show(run.id);
    if (holds(shown)) return shown;
  }
  throw new Error('It was not seen.');
}

describe('the file of a settlement', () => {
  it('has the columns of cobalt.md 3.6, and runs in no spreadsheet', async () => {
    const zone = office.zone();
    const organisation = await office.club({ zone, balanceMinor: 100_000, floatMinor: 20_000, name: '=Bridge, Club' });
    const run = await office.planned(zone);
    const [row] = await office.sql('SELECT no FROM organisation WHERE id = ?', [organisation]);
    const { text } = await office.ask(`/v1/settlements/${run.id}/settlements.csv?asOf=2026-11-01T00:00:00Z`, {
      as: 'clerk',
    });
    const [title, heads, line] = text.split('\r\n');
    expect(title).toMatch(/^Settlements,Downloaded by clerk,2026-11-01 [\d:]{8},2026-10-31$/);
    expect(heads).toBe(
      'Club Number,Club Name,BSB,Account Number,Gross Amount,Minimum Balance,Net Amount,ABF fees %,Settlement Amount',
    );
    expect(line).toBe(`${String(row?.['no'])},"'=Bridge, Club",062000,12345678,1000.00,200.00,800.00,5.00,760.00`);
    const acts = await office.sql("SELECT actor FROM audit_event WHERE target = ? AND action = 'settlement.export'", [
      run.id,
    ]);
    expect(acts).toEqual([{ actor: 'person:clerk' }]);
  });
});
