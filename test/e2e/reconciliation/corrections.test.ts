import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { correctionInvariants } from '../../../src/entities/reconciliation/correction-invariants.ts';
import { FeeSetting } from '../../../src/entities/organisations/fee-setting.entity.ts';
import { feeSettingId } from '../../../src/domain/ids.ts';
import { newId } from '../../../src/entities/new-id.ts';
import { SqlPool } from '../../../src/entities/sql-pool.ts';
import { verify } from '../../../workers/verification.ts';
import { openDatabase } from '../../support/database.ts';
import { openCounter, type Counter } from '../../support/counter.ts';
import { makeFiledIssuer, type FiledIssuer } from '../../support/issuer.ts';
import { Host, linesOf } from '../../support/members.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

/** Above 5000.00 a second person decides. */
const limit = 500_000;
let counter: Counter;
let host: Host;
let pool: SqlPool;
let issuer: FiledIssuer;
/** The platform's key, which asks for everything here. */
let administrator: string;

beforeAll(async () => {
  issuer = await makeFiledIssuer();
  const env = { ...issuer.env, ADJUSTMENT_APPROVAL_ABOVE_MINOR: String(limit) };
  counter = await openCounter({ env: { ...env, ADJUSTMENT_APPROVAL_MS: '3000', SEAL_MS: '200' } });
  pool = new SqlPool(counter.databaseUrl, 2);
  host = new Host(counter);
  const [row] = await pool.rows('SELECT id FROM api_key');
  administrator = String(row?.['id']);
}, 60_000);
afterEach(async () => expectBooksInOrder(counter.databaseUrl));
afterAll(async () => {
  await pool.close();
  await counter.close();
  await issuer.close();
});

interface Shown {
  readonly id: string;
  readonly state: string;
  readonly description: string;
  readonly code?: string;
  readonly reason?: string;
  readonly decision: { readonly by: string; readonly reason: string | null } | null;
  readonly payout: {
    readonly id: string;
    readonly bank: { readonly amount: number };
  } | null;
}

const aud = (amount: number) => ({ amount, currency: 'AUD' });
const because = { description: 'Correction', reason: 'counted again' };
const ask = (noun: string, body: object) => counter.till.post<Shown>(`/v1/${noun}`, body, randomUUID());
const adjust = (holder: object, amount: number, more: object = {}) =>
  ask('adjustments', { holder, amount: aud(amount), ...because, ...more });
const settle = (organisation: string, amount: number) =>
  ask('manual-settlements', { organisation, amount: aud(amount), reason: 'paid by cheque' });
const lines = (account: string) => linesOf(counter, account);
const lastOf = async (account: string) => (await lines(account)).at(-1);

/** A new organisation with `minor` on its account. */
async function organisationWith(minor: number): Promise<string> {
  const made = await counter.till.post<{ id: string }>('/v1/organisations', { name: 'Rival Club' }, randomUUID());
  if (made.status !== 201) throw new Error(made.text);
  const { id } = made.body;
  const opened = await ask('opening-balances', { holder: { organisation: id }, amount: aud(minor), ...because });
  expect([opened.status, opened.body.state]).toEqual([201, 'posted']);
  return id;
}

/** The fee that is in force from now on, in hundredths of a percent. */
async function setFee(defaultFeeBp: number): Promise<void> {
  const figures = { cardCostE4: 3_000, cardPercentE4: 13_500, refundFeeBp: 300, refundWeeks: 12 };
  const row = { id: feeSettingId(newId('feeSetting')), defaultFeeBp, ...figures, actor: 'test', createdAt: new Date() };
  await counter.orm.em.fork().insert(FeeSetting, row);
}

/** What a person of the staff does with their own token. */
async function inPerson(subject: string, path: string, body: object = {}, roles = ['payments.global.edit']) {
  const token = await issuer.token({ sub: subject, tillflow_roles: roles });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'idempotency-key': randomUUID(),
  };
  const answer = await fetch(`${counter.apiUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Shown };
}

describe("an administrator's adjustment of a member", () => {
  it('[ADJ-01] [C09] takes 17.33 of 100.00 and leaves 82.67, with the administrator on the other side', async () => {
    const member = await host.member(10_000);
    const { status, body } = await adjust({ member }, -1_733);
    expect([status, body.state, body.payout]).toEqual([201, 'posted', null]);
    expect(await lastOf(`member/${member}`)).toEqual({ type: 'Manual Adjustment', amount: -1_733, balance: 8_267 });
    const [row] = await pool.rows(
      `SELECT e.counterparty, t.description FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id
       WHERE t.op_key = ? AND e.type = 'Manual Adjustment' LIMIT 1`,
      [`adjustment-${body.id}`],
    );
    expect(row).toEqual({ counterparty: `administrator/${administrator}`, description: 'Correction' });
  });

  it('[ADJ-02] may bring the balance below zero', async () => {
    const member = await host.member(1_000);
    expect((await adjust({ member }, -2_500)).body.state).toBe('posted');
    expect(await lastOf(`member/${member}`)).toEqual({ type: 'Manual Adjustment', amount: -2_500, balance: -1_500 });
  });

  it('is shown to the member by the app, and is no e-mail', async () => {
    const member = await host.member(0, { email: 'betty@members.example' });
    await adjust({ member }, 1_250);
    const notices = async () =>
      (
        await counter.till.get<{ items: { kind: string; text: string; inApp: boolean; state: string }[] }>(
          `/v1/members/${member}/notices`,
        )
      ).body.items;
    await until(async () => (await notices())[0]?.state === 'none');
    const text = 'Your balance was adjusted by 12.50 AUD. Description: Correction';
    expect(await notices()).toMatchObject([{ kind: 'manual_adjustment', text, inApp: true, state: 'none' }]);
  });

  it('is booked once for one key, however often it is asked for', async () => {
    const member = await host.member(0);
    const once = randomUUID();
    const body = { holder: { member }, amount: aud(700), ...because };
    const first = await counter.till.post<Shown>('/v1/adjustments', body, once);
    const second = await counter.till.post<Shown>('/v1/adjustments', body, once);
    expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
    expect(await lines(`member/${member}`)).toEqual([{ type: 'Manual Adjustment', amount: 700, balance: 700 }]);
  });
});

describe("an administrator's adjustment of an organisation", () => {
  it('[ADJ-03] [C10] [C32] adds 35.50 to 35.00, which makes 70.50, and is no payout', async () => {
    const club = await organisationWith(3_500);
    const { body } = await adjust({ organisation: club }, 3_550);
    expect([body.state, body.payout]).toEqual(['posted', null]);
    expect(await lastOf(`organisation/${club}`)).toEqual({ type: 'Manual Adjustment', amount: 3_550, balance: 7_050 });
  });
});

describe('a settlement that is recorded by hand', () => {
  it('is refused while no fee was ever set', async () => {
    const club = await organisationWith(1_000);
    const { status, body } = await settle(club, 1_000);
    expect([status, body.code]).toEqual([409, 'fees_not_set']);
  });

  it('[ADJ-04] [C10] [C32] pays 970.00 of 1000.00 at 3 %, and its payout is in no bank file', async () => {
    await setFee(300);
    const club = await organisationWith(100_000);
    const { status, body } = await settle(club, 100_000);
    expect([status, body.state]).toEqual([201, 'posted']);
    // Of the 30.00 kept, 30.00 × 10 / 110 = 2.727… is GST.
    expect(body.payout).toMatchObject({ bank: aud(97_000), fee: aud(2_727), tax: aud(273), feePercent: '3.00' });
    expect(await lastOf(`organisation/${club}`)).toEqual({ type: 'Settlement', amount: -100_000, balance: 0 });
    const sql = 'SELECT state, run_id, amount_minor, settled_minor FROM payout WHERE id = ?';
    const [payout] = await pool.rows(sql, [body.payout?.id ?? '']);
    expect(payout).toEqual({ state: 'paid_outside', run_id: null, amount_minor: 97_000, settled_minor: 100_000 });
  });

  it('[ADJ-05] pays 97.53 of 100.55 at 3 %, half up', async () => {
    const { body } = await settle(await organisationWith(10_055), 10_055);
    expect(body.payout?.bank.amount).toBe(9_753);
  });

  it('goes by the fee of the organisation itself where it has one', async () => {
    const club = await organisationWith(10_055);
    const wish = { organisation: club, feePercent: '7.25' };
    expect((await counter.till.post('/v1/fees/overrides', wish, randomUUID())).status).toBe(201);
    const { body } = await settle(club, 10_055);
    // 100.55 × 92.75 % = 93.260… is paid; of the 7.29 kept, 7.29 × 10 / 110 = 0.662… is GST.
    expect(body.payout).toMatchObject({ bank: aud(9_326), fee: aud(663), tax: aud(66), feePercent: '7.25' });
    expect(body.description).toBe('Settlement. Fee 7.25 %. Net bank transfer 93.26 AUD');
  });

  it('[ADJ-06] must take something from the account: zero and less are refused', async () => {
    const club = await organisationWith(1_000);
    for (const amount of [0, -1_000]) {
      const { status, body } = await settle(club, amount);
      expect([status, body.code]).toEqual([422, 'invalid_request']);
    }
    expect(await lines(`organisation/${club}`)).toEqual([]);
  });

  it('[ADJ-07] may take more than there is: 80.00 of 50.00 leaves -30.00', async () => {
    const club = await organisationWith(5_000);
    expect((await settle(club, 8_000)).body.state).toBe('posted');
    expect(await lastOf(`organisation/${club}`)).toEqual({ type: 'Settlement', amount: -8_000, balance: -3_000 });
  });

  it('[W-49] is described by the server, with both places of the fee', async () => {
    await setFee(250);
    const { body } = await settle(await organisationWith(10_000), 10_000);
    expect(body.description).toBe('Settlement. Fee 2.50 %. Net bank transfer 97.50 AUD');
    await setFee(300);
  });
});

describe('a write-off', () => {
  const writeOff = (holder: object, amount: number) => ask('write-offs', { holder, amount: aud(amount), ...because });

  it('gives up what a member owes and never more', async () => {
    const member = await host.member(0);
    await adjust({ member }, -4_000);
    expect((await writeOff({ member }, 4_001)).body).toMatchObject({
      code: 'correction_refused',
      reason: 'exceeds_debt',
    });
    expect((await writeOff({ member }, 4_000)).body.state).toBe('posted');
    expect(await lastOf(`member/${member}`)).toEqual({ type: 'Write-off', amount: 4_000, balance: 0 });
    expect((await lastOf('expense/bad-debt'))?.amount).toBe(-4_000);
  });
});

describe('two write-offs of one account', () => {
  it('at the same moment give the debt up once', async () => {
    const member = await host.member(0);
    await adjust({ member }, -4_000);
    const asked = () => ask('write-offs', { holder: { member }, amount: aud(4_000), ...because });
    const answers = await Promise.all([asked(), asked(), asked(), asked()]);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, body } of answers.filter((answer) => answer.status !== 201)) {
      expect([status, ['conflict', 'correction_refused'].includes(body.code ?? '')]).toEqual([409, true]);
    }
    expect((await lastOf(`member/${member}`))?.balance).toBe(0);
  });
});

describe('what can never be booked by hand', () => {
  it('[W-43] is refused with its own code and moves nothing', async () => {
    const member = await host.member(0);
    const answers = [
      await adjust({ member }, 0),
      await adjust({ member }, 1.5),
      await adjust({ member }, 100_000_000_001),
      await adjust({ member: 'mem_01KAJ0000000000000000000AA' }, 100),
      await adjust({ organisation: 'org_01KAJ0000000000000000000AA' }, 100),
      await adjust({ member }, 100, { amount: { amount: 100, currency: 'EUR' } }),
      await adjust({ member }, 100, { amount: { amount: 100, currency: 'XXX' } }),
      await adjust({ member }, 100, { reason: ' ' }),
      await ask('adjustments', { holder: { member }, amount: aud(100), description: 'No reason' }),
      await ask('adjustments', { holder: {}, amount: aud(100), ...because }),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '422 amount_out_of_range',
      '422 invalid_request',
      '422 invalid_request',
      '404 not_found',
      '404 not_found',
      '422 currency_mismatch',
      '422 currency_mismatch',
      '422 invalid_request',
      '422 invalid_request',
      '422 invalid_request',
    ]);
    expect(await lines(`member/${member}`)).toEqual([]);
  });

  it('leaves who, what and why in the audit when it is booked', async () => {
    const member = await host.member(0);
    const { body } = await adjust({ member }, 300);
    const sql = 'SELECT actor, action, reason, after_values FROM audit_event WHERE target = ?';
    const after = JSON.stringify({ member, amountMinor: 300, currency: 'AUD' });
    expect(await pool.rows(sql, [body.id])).toEqual([
      { actor: administrator, action: 'adjustment.create', reason: 'counted again', after_values: after },
    ]);
  });
});

describe('a correction above the limit', () => {
  const waiting = async (amount = limit + 1) => {
    const member = await host.member(0);
    const { status, body } = await adjust({ member }, amount);
    expect([status, body.state]).toEqual([202, 'awaiting_approval']);
    expect(await lines(`member/${member}`)).toEqual([]);
    return { member, path: `/v1/adjustments/${body.id}`, id: body.id };
  };

  it('is booked when a second person approves, and the audit has both', async () => {
    const { member, path, id } = await waiting();
    const { status, body } = await inPerson('ada', `${path}/approval`, { reason: 'seen the receipt' });
    expect([status, body.state, body.decision?.by]).toEqual([200, 'posted', 'person:ada']);
    expect((await lastOf(`member/${member}`))?.balance).toBe(limit + 1);
    const rows = await pool.rows('SELECT actor, action FROM audit_event WHERE target = ? ORDER BY no', [id]);
    expect(rows).toEqual([
      { actor: administrator, action: 'adjustment.create' },
      { actor: 'person:ada', action: 'adjustment.approve' },
    ]);
    // The same word of the same person again; another one comes too late.
    expect((await inPerson('ada', `${path}/approval`)).body.state).toBe('posted');
    const late = await inPerson('bob', `${path}/rejection`, { reason: 'no' });
    expect([late.status, late.body.code]).toEqual([409, 'correction_state_conflict']);
  });

  it('is not booked when it is rejected', async () => {
    const { member, path } = await waiting(-(limit + 1));
    const { status, body } = await inPerson('ada', `${path}/rejection`, { reason: 'not ours' });
    expect([status, body.state, body.decision?.reason]).toEqual([200, 'rejected', 'not ours']);
    expect(await lines(`member/${member}`)).toEqual([]);
  });

  it('is not decided by a key, nor by who asked for it, nor without the role', async () => {
    const { path } = await waiting();
    const byKey = await counter.till.post<Shown>(`${path}/approval`, {}, randomUUID());
    expect([byKey.status, byKey.body.code]).toEqual([403, 'person_required']);
    const member = await host.member(0);
    const body = { holder: { member }, amount: aud(limit + 1), ...because };
    const own = await inPerson('ada', '/v1/adjustments', body);
    expect(own.body.state).toBe('awaiting_approval');
    const byAuthor = await inPerson('ada', `/v1/adjustments/${own.body.id}/approval`);
    expect([byAuthor.status, byAuthor.body.code]).toEqual([403, 'approval_by_author']);
    const byViewer = await inPerson('bob', `${path}/approval`, {}, ['payments.global.view']);
    expect([byViewer.status, byViewer.body.code]).toEqual([403, 'forbidden']);
  });

  it('expires when nobody decides, and nothing is booked', async () => {
    const { member, path } = await waiting();
    await until(async () => (await counter.till.get<Shown>(path)).body.state === 'expired');
    expect(await lines(`member/${member}`)).toEqual([]);
    expect((await inPerson('ada', `${path}/approval`)).body.code).toBe('correction_state_conflict');
    // Exactly the limit needs nobody.
    expect((await adjust({ member }, limit)).body.state).toBe('posted');
  });
});

describe('the journal', () => {
  it('[W-44] takes no change by any hand: rows only grow, references are unique, debits are credits', async () => {
    const member = await host.member(0);
    const { body } = await adjust({ member }, 300);
    const one = `op_key = 'adjustment-${body.id}'`;
    for (const change of [
      `UPDATE ledger_transaction SET description = 'x' WHERE ${one}`,
      `DELETE FROM ledger_transaction WHERE ${one}`,
      'UPDATE ledger_entry SET amount_minor = 1',
      'DELETE FROM ledger_entry',
      'UPDATE ledger_seal SET hash = REVERSE(hash)',
      'DELETE FROM ledger_seal',
    ]) {
      await until(async () => (await pool.rows('SELECT seq FROM ledger_seal LIMIT 1')).length === 1);
      await expect(pool.run(change, [])).rejects.toThrow('is append only');
    }
    const copy = `INSERT INTO ledger_transaction (id, op_key, content_hash, kind, reference, occurred_at, recorded_at, description)
      SELECT 'ltx_x', 'new', 'x', kind, reference, occurred_at, recorded_at, '' FROM ledger_transaction WHERE ${one}`;
    await expect(pool.run(copy, [])).rejects.toThrow('ledger_transaction_reference_unique');
    const trial = await pool.rows(
      `SELECT a.currency, CAST(SUM(IF(e.side = 'debit', e.amount_minor, -e.amount_minor)) AS SIGNED) AS off
       FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id GROUP BY a.currency`,
    );
    expect(trial).toEqual([{ currency: 'AUD', off: 0 }]);
    const said: string[] = [];
    expect([await verify(counter.databaseUrl, (line) => said.push(line)), said.at(-1)]).toEqual([
      true,
      expect.stringMatching(/^verified {2}\d+ checks hold$/),
    ]);
  });
});

describe('what must be true of corrections', () => {
  it('is broken by each change that somebody could make to their rows, and holds without it', async () => {
    await settle(await organisationWith(1_000), 1_000);
    const plants = [
      "UPDATE correction SET state = 'refused' WHERE state = 'posted' LIMIT 1",
      "UPDATE payout SET amount_minor = amount_minor + 1 WHERE state = 'paid_outside' LIMIT 1",
      "UPDATE correction SET decided_by = actor WHERE state = 'posted' LIMIT 1",
    ];
    const connection = await openDatabase(counter.databaseUrl);
    const broken = async (sql: string) => ((await connection.query(sql))[0] as unknown[]).length > 0;
    for (const [at, { name, sql }] of correctionInvariants.entries()) {
      expect([name, await broken(sql)]).toEqual([name, false]);
      await connection.beginTransaction();
      await connection.query(plants[at]!);
      expect([name, await broken(sql)]).toEqual([name, true]);
      await connection.rollback();
    }
    await connection.end();
  });
});

describe('the list of adjustments', () => {
  it('tells one holder’s, of one kind, and reads each by its id', async () => {
    const member = await host.member(0);
    const made = (await adjust({ member }, 100)).body;
    await ask('opening-balances', { holder: { member }, amount: aud(50), ...because });
    const { body } = await counter.till.get<{ items: Shown[] }>(`/v1/adjustments?member=${member}&state=posted`);
    expect(body.items.map(({ id }) => id)).toEqual([made.id]);
    expect((await counter.till.get<Shown>(`/v1/adjustments/${made.id}`)).body.id).toBe(made.id);
    expect((await counter.till.get<Shown>(`/v1/write-offs/${made.id}`)).status).toBe(404);
  });
});
