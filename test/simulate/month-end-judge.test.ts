import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../support/database.ts';
import { until } from '../support/until.ts';
import { FinanceDesk } from './finance-desk.ts';
import { compare } from './judge.ts';
import { OfficeClerk } from './office-clerk.ts';
import type { MonthEndPlan } from './plan-month-end.ts';
import { planOf, type Plan } from './plan.ts';
import { openDifferences } from './reconciling.ts';
import type { System } from './run.ts';
import { setScene, type Scene } from './scene.ts';
import { openSystem } from './system.ts';
import { Trace } from './trace.ts';

let system: System & { close(): Promise<void> };
let scene: Scene;
let desk: FinanceDesk;

/** One club of 1000.00 that is paid by bank, and one of 100.00 by transfer, both with a fee of 5 %. */
const monthEnd: MonthEndPlan = {
  story: 'is settled',
  clubs: [
    {
      openingMinor: 40_000,
      creditsMinor: 70_000,
      refundsMinor: 10_000,
      floatMinor: 20_000,
      feeBp: null,
      paidBy: 'bank',
    },
    { openingMinor: 0, creditsMinor: 10_000, refundsMinor: 0, floatMinor: 0, feeBp: null, paidBy: 'transfer' },
  ],
  office: [
    { do: 'start', runs: 1, clicks: 1, capsShort: false },
    { do: 'approve', clicks: 1 },
    { do: 'file', format: 'aba', clicks: 1 },
    { do: 'bank', by: 'list', words: ['paid', 'silent'] },
  ],
  affairs: [],
  isReconciled: true,
  weather: { transfers: [], books: [] },
};

beforeAll(async () => {
  system = await openSystem();
  const plan: Plan = { ...planOf(1, 1), tills: [], members: [], monthEnd };
  scene = await setScene(system, plan);
  desk = new FinanceDesk({ office: system.office, trace: new Trace(plan) }, scene, scene.monthEnd!);
  await new OfficeClerk(desk, system.workforce).serve();
  await until(async () => (await differences()).length === 0);
}, 90_000);
afterAll(() => system.close());

describe('the comparison of clubs at the end of a seed', () => {
  it('[F40] finds nothing where SET-02’s 760.00 were paid by bank, and 95.00 by transfer', async () => {
    const found = await compare(system.counter, scene, []);
    expect([found.payouts, found.differences]).toEqual([['confirmed', 'confirmed'], []]);
    const paid = await system.office.sql('SELECT amount_minor AS minor FROM payout ORDER BY amount_minor');
    expect(paid.map(({ minor }) => Number(minor))).toEqual([9_500, 76_000]);
    expect(await openDifferences(desk)).toEqual([]);
  });

  it('sees a club that was settled twice', async () => {
    const copy = `INSERT INTO payout (id, run_id, organisation_id, period, currency, amount_minor, settled_minor, fee_minor,
      tax_minor, method, state, attempt_no, settlement_op_key, created_at, updated_at, version)
      SELECT 'pot_twice', run_id, organisation_id, period, currency, amount_minor, settled_minor, fee_minor, tax_minor, method,
      'confirmed', 1, 'twice', created_at, updated_at, 1 FROM payout WHERE organisation_id = '${club(0)}'`;
    const found = await meanwhile(copy, `DELETE FROM payout WHERE id = 'pot_twice'`);
    expect(found).toContain(`${club(0)} is settled 2 times`);
    expect(found).toContain('pot_twice is confirmed: 0,0,0,0 and not -80000,0,76000,4000');
    expect(found).toContain(`${club(0)}: 100000 came, and 180000 was settled or is left`);
  });

  it('sees a payout that says of itself what the book does not', async () => {
    const state = (to: string) => `UPDATE payout SET state = '${to}' WHERE organisation_id = '${club(1)}'`;
    const found = await meanwhile(state('returned'), state('confirmed'));
    expect(found.join('\n')).toMatch(/is returned: -10000,0,9500,500 and not -10000,9500,0,500/);
    expect(found.join('\n')).toMatch(/is returned: 9500 was transferred and not 0/);
  });

  it('sees one cent of what was planned, and a row that nothing booked', async () => {
    const cent = (sign: string) =>
      `UPDATE settlement_item SET fee_minor = fee_minor ${sign} 1 WHERE organisation_id = '${club(0)}'`;
    expect((await meanwhile(cent('+'), cent('-'))).join('\n')).toContain(
      'settled 80000 = 76000 + 3637 + 364 and not balance 100000, float 20000, settled 80000 = 76000 + 3636 + 364',
    );
    const row = `INSERT INTO correction (id, kind, holder_kind, holder_id, organisation_id, currency, amount_minor, description,
      reason, state, actor, created_at, updated_at, version) VALUES ('cor_1', 'adjustment', 'organisation', '${club(1)}', '${club(1)}',
      'AUD', 100, 'x', 'x', 'posted', 'test', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 1)`;
    const found = await meanwhile(row, `DELETE FROM correction WHERE id = 'cor_1'`);
    expect(found).toContain(`${club(1)}: 10100 came, and 10000 was settled or is left`);
  });

  it('sees a settlement that stands still, one that was told otherwise, and an advice that is missing', async () => {
    const [run] = await system.office.sql('SELECT id FROM settlement_run');
    const id = String(run?.['id']);
    const state = (to: string) => `UPDATE settlement_run SET state = '${to}'`;
    expect(await meanwhile(state('posting'), state('done'))).toContain(`settlement ${id} is posting`);
    const told = { sale: id, no: 0, what: 'reject', status: 200, state: 'rejected', code: undefined };
    const { differences: found } = await compare(system.counter, scene, [told]);
    expect(found).toEqual([`${id} was said to be rejected, is done`]);
    const advice = (to: string, from: string) =>
      `UPDATE remittance_advice SET payout_id = '${to}' WHERE payout_id = '${from}'`;
    const [payout] = await system.office.sql(`SELECT id FROM payout WHERE organisation_id = '${club(0)}'`);
    const paid = String(payout?.['id']);
    expect(await meanwhile(advice('pot_none', paid), advice(paid, 'pot_none'))).toContain(
      `${paid} has no remittance advice`,
    );
  });

  it('sees a workflow that did not end by itself', async () => {
    const { temporal, env } = system.counter;
    const handle = await temporal.workflow.start('payout', {
      workflowId: `payout-of-nobody-${scene.account}`,
      taskQueue: env['TASK_QUEUE_BULK'] ?? '',
      args: [{ schema: 1, payoutId: 'pot_01KAJ0000000000000000000AA' }],
    });
    await handle.terminate('to see that it is seen');
    await until(async () => (await differences()).length > 0);
    expect(await differences()).toEqual([`payout ${handle.workflowId} ended TERMINATED`]);
  });
});

function club(place: number): string {
  return scene.monthEnd!.clubs[place]!.id;
}

/** What is found after `change`; `undo` brings it back to nothing found. */
async function meanwhile(change: string, undo: string): Promise<readonly string[]> {
  const connection = await openDatabase(system.counter.databaseUrl);
  try {
    await connection.query(change);
    const found = await differences();
    await connection.query(undo);
    expect(await differences()).toEqual([]);
    return found;
  } finally {
    await connection.end();
  }
}

async function differences(): Promise<readonly string[]> {
  return (await compare(system.counter, scene, [])).differences;
}
