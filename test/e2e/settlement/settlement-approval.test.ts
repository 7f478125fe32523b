import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { MonthEnd, type Shown } from '../../support/month-end.ts';

let office: MonthEnd;
beforeAll(async () => {
  office = await MonthEnd.open({ env: { SETTLEMENT_APPROVALS: '2' } });
}, 60_000);
afterEach(async () => expectBooksInOrder(office.counter.databaseUrl));
afterAll(() => office.close());

/** A planned run with one organisation of 1000.00, in a zone of its own. */
async function waiting(more: object = {}): Promise<{ run: Shown; zone: string; organisation: string }> {
  const zone = office.zone();
  const organisation = await office.club({ zone, balanceMinor: 100_000, ...more });
  return { run: await office.planned(zone), zone, organisation };
}

const decide = (run: Shown, what: string, body: object, as = 'clerk') =>
  office.ask(`/v1/settlements/${run.id}/${what}`, { as, body });

const codeOf = ({ status, body }: { status: number; body: Shown }) => `${status} ${body.code ?? body.state}`;

describe('an approval', () => {
  it('is wanted from two different persons, and nothing moves before the second', async () => {
    const { run, organisation } = await waiting();
    expect(codeOf(await office.approve(run, 'treasurer'))).toBe('200 awaiting_approval');
    expect(codeOf(await office.approve(run, 'treasurer'))).toBe('409 approval_repeated');
    expect([await office.balance(organisation), (await office.show(run.id)).progress]).toEqual([100_000, 0]);
    const second = await office.approve(run, 'president');
    expect(second.body.approvals.map(({ person }) => person)).toEqual(['person:treasurer', 'person:president']);
    expect((await office.over(run.id)).state).toBe('done');
    expect(await office.balance(organisation)).toBe(0);
  });

  it('is no key’s, not the starter’s, and not of who wrote bank details or an amount of the plan', async () => {
    const { run, organisation } = await waiting({ bankAuthor: 'person:secretary' });
    const body = { planHash: run.planHash };
    expect(codeOf(await office.ask(`/v1/settlements/${run.id}/approvals`, { body }))).toBe('403 person_required');
    expect(codeOf(await office.approve(run, 'starter'))).toBe('403 approval_by_author');
    expect(codeOf(await office.approve(run, 'secretary'))).toBe('403 approval_by_author');
    const changed = await decide(run, 'overrides', { organisation, amount: 50_000, reason: 'Half' }, 'clerk');
    expect(codeOf(await office.approve(changed.body, 'clerk'))).toBe('403 approval_by_author');
    expect(await office.sql('SELECT COUNT(*) AS n FROM settlement_approval WHERE run_id = ?', [run.id])).toEqual([
      { n: 0 },
    ]);
  });

  it('is for the plan that was looked at: after a change it counts no more', async () => {
    const { run, organisation } = await waiting();
    await office.approve(run, 'treasurer');
    const { body: changed } = await decide(run, 'overrides', { organisation, amount: 50_000, reason: 'Half' });
    expect([changed.planHash === run.planHash, changed.approvals]).toEqual([false, []]);
    expect(codeOf(await office.approve(run, 'president'))).toBe('409 plan_changed');
    expect(codeOf(await office.approve(changed, 'president'))).toBe('200 awaiting_approval');
    expect(codeOf(await office.approve(changed, 'treasurer'))).toMatch(/^200/);
    await office.over(run.id);
    expect(await office.balance(organisation)).toBe(50_000);
  });

  it('is given once for a key, and comes too late for what is over', async () => {
    const { run } = await waiting();
    const [path, body] = [`/v1/settlements/${run.id}/approvals`, { planHash: run.planHash }];
    const [first, again] = [
      await office.ask(path, { as: 'treasurer', body, key: `one-${run.id}` }),
      await office.ask(path, { as: 'treasurer', body, key: `one-${run.id}` }),
    ];
    expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
    await office.approve(run, 'president');
    await office.over(run.id);
    expect(codeOf(await office.approve(run, 'auditor'))).toBe('409 settlement_state_conflict');
    expect(codeOf(await decide(run, 'rejection', { reason: 'No' }))).toBe('409 settlement_state_conflict');
    const unknown = { ...run, id: 'str_01KAJ0000000000000000000AA' };
    expect(codeOf(await office.approve(unknown, 'auditor'))).toBe('404 not_found');
  });
});

describe('an override', () => {
  it('is between nothing and what is above the float, and is written down with who and why', async () => {
    const { run, organisation } = await waiting({ floatMinor: 20_000 });
    const ask = (amount: number) => decide(run, 'overrides', { organisation, amount, reason: 'As agreed' });
    expect(codeOf(await ask(80_001))).toBe('422 override_out_of_bounds');
    expect(codeOf(await ask(-1))).toBe('422 override_out_of_bounds');
    expect((await office.show(run.id)).planHash).toBe(run.planHash);
    expect(codeOf(await ask(80_000))).toBe('200 awaiting_approval');
    expect(await office.item(run.id, organisation)).toMatchObject({
      override: { amount: { amount: 80_000, currency: 'AUD' }, by: 'person:clerk', reason: 'As agreed' },
      settled: { amount: 80_000 },
    });
    const [act] = await office.sql("SELECT * FROM audit_event WHERE target = ? AND action = 'settlement.override'", [
      run.id,
    ]);
    expect(act).toMatchObject({ actor: 'person:clerk', organisation_id: organisation, reason: 'As agreed' });
  });

  it('of nothing leaves the organisation to a later run', async () => {
    const { run, organisation } = await waiting();
    const { body } = await decide(run, 'overrides', { organisation, amount: 0, reason: 'Not yet' });
    expect(body.counts).toEqual({ held_back: 1 });
    const stranger = { organisation: 'org_01KAJ0000000000000000000AA', amount: 1, reason: 'Who?' };
    expect(codeOf(await decide(run, 'overrides', stranger))).toBe('404 not_found');
  });
});

describe('an organisation that is held back', () => {
  it('is not settled with the others, and a later run of the month settles it', async () => {
    const zone = office.zone();
    const [held, other] = await office.clubs([
      { zone, balanceMinor: 100_000 },
      { zone, balanceMinor: 10_000 },
    ]);
    const run = await office.planned(zone);
    const { body: changed } = await decide(run, 'hold-backs', { organisation: held, reason: 'Under dispute' });
    expect(changed.planHash).not.toBe(run.planHash);
    expect(codeOf(await decide(run, 'hold-backs', { organisation: held, reason: 'Again' }))).toBe(
      '409 settlement_state_conflict',
    );
    await office.approve(changed, 'treasurer');
    await office.approve(changed, 'president');
    const over = await office.over(run.id);
    expect([over.state, over.counts]).toEqual(['done', { held_back: 1, posted: 1 }]);
    expect([await office.balance(held!), await office.balance(other!)]).toEqual([100_000, 0]);
    expect((await office.planned(zone)).counts).toEqual({ planned: 1 });
  });
});

describe('an organisation that is held back and taken in again', () => {
  it('is settled to the cent, by a plan that must be approved anew, and the audit has who and why', async () => {
    const { run, organisation } = await waiting({ balanceMinor: 100_033, floatMinor: 20_000 });
    const { body: held } = await decide(run, 'hold-backs', { organisation, reason: 'Under dispute' });
    await office.approve(held, 'treasurer');
    const released = await decide(run, 'releases', { organisation, reason: 'Settled between them' });
    expect([released.status, released.body.counts, released.body.approvals]).toEqual([200, { planned: 1 }, []]);
    expect(new Set([run.planHash, held.planHash, released.body.planHash]).size).toBe(3);
    expect(codeOf(await office.approve(held, 'president'))).toBe('409 plan_changed');
    for (const person of ['treasurer', 'president']) await office.approve(released.body, person);
    expect((await office.over(run.id)).state).toBe('done');
    // 800.33 × 95 % = 760.3135; of the 40.02 kept, 40.02 × 10 / 110 = 3.638… is GST.
    expect((await office.item(run.id, organisation)).posted).toMatchObject({
      ...{ settled: { amount: 80_033 }, payout: { amount: 76_031 }, fee: { amount: 3_638 }, tax: { amount: 364 } },
    });
    expect(await office.balance(organisation)).toBe(20_000);
    const act = { actor: 'person:clerk', organisation_id: organisation, reason: 'Settled between them' };
    const acts =
      "SELECT actor, organisation_id, reason FROM audit_event WHERE target = ? AND action = 'settlement.release'";
    expect(await office.sql(acts, [run.id])).toEqual([act]);
  });

  it('must be held back, and of a run that still waits', async () => {
    const { run, organisation } = await waiting();
    const ask = () => decide(run, 'releases', { organisation, reason: 'Again' });
    expect(codeOf(await ask())).toBe('409 not_held_back');
    expect((await office.show(run.id)).planHash).toBe(run.planHash);
    const { body: held } = await decide(run, 'hold-backs', { organisation, reason: 'Under dispute' });
    for (const person of ['treasurer', 'president']) await office.approve(held, person);
    await office.over(run.id);
    expect(codeOf(await ask())).toBe('409 settlement_state_conflict');
    expect([await office.balance(organisation), (await office.item(run.id, organisation)).state]).toEqual([
      100_000,
      'held_back',
    ]);
  });
});

describe('a run that is rejected', () => {
  it('moves nothing, keeps its rows, and leaves its organisations to another run', async () => {
    const { run, zone, organisation } = await waiting();
    expect(codeOf(await decide(run, 'rejection', { reason: 'The fee is wrong' }))).toBe('200 rejected');
    expect([await office.balance(organisation), (await office.item(run.id, organisation)).state]).toEqual([
      100_000,
      'released',
    ]);
    expect((await office.planned(zone)).counts).toEqual({ planned: 1 });
    const [act] = await office.sql("SELECT * FROM audit_event WHERE target = ? AND action = 'settlement.reject'", [
      run.id,
    ]);
    expect(act).toMatchObject({ actor: 'person:clerk', reason: 'The fee is wrong' });
  });
});

describe('bank details that change after the plan', () => {
  it('block their organisation, and the others are paid', async () => {
    const { run, organisation, zone } = await waiting();
    await office.bank(organisation);
    await office.approve(run, 'treasurer');
    await office.approve(run, 'president');
    const over = await office.over(run.id);
    expect([over.state, over.toActOn[0]?.outcome]).toEqual(['done_with_errors', 'bank_details_changed']);
    expect(await office.balance(organisation)).toBe(100_000);
    expect((await office.planned(zone)).counts).toEqual({ planned: 1 });
  });
});

describe('a person without the right', () => {
  it('sees settlements with the one, and decides with the other', async () => {
    const { run } = await waiting();
    const as = async (roles: string[], path: string, body?: object) => {
      const response = await fetch(`${office.counter.apiUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          ...{ authorization: `Bearer ${await office.token('viewer', roles)}`, 'content-type': 'application/json' },
          'idempotency-key': `k-${path}`,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return response.status;
    };
    const path = `/v1/settlements/${run.id}`;
    expect(await as(['payments.global.view'], path)).toBe(200);
    expect(await as(['payments.global.view'], `${path}/approvals`, { planHash: run.planHash })).toBe(403);
    expect(await as(['payments.view'], path)).toBe(403);
  });
});
