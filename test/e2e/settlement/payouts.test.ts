import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { readAba } from '../../reports/aba-reader.ts';
import { pain002, returnsFile } from '../../support/bank-words.ts';
import { linesOf } from '../../support/members.ts';
import { giveBankDetail, sha256, type MadePayout } from '../../support/payouts.ts';
import { PayoutScene } from '../../support/payout-scene.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';
import { until } from '../../support/until.ts';

let scene: PayoutScene;
beforeAll(async () => {
  scene = await PayoutScene.open();
}, 60_000);
afterEach(async () => expectBooksInOrder(scene.counter.databaseUrl));
afterAll(() => scene.counter.close());

const headersOf = () => ({ authorization: `Bearer ${scene.counter.shop.secret}` });
const download = (file: string) =>
  fetch(`${scene.counter.apiUrl}/v1/payout-files/${file}/content`, { headers: headersOf() });

interface Told {
  readonly id: string;
  readonly code?: string;
  readonly lines: readonly { readonly payout: string; readonly outcome: string }[];
}

async function tellBank(text: string, type: string): Promise<{ status: number; body: Told }> {
  const headers = { ...headersOf(), 'content-type': type };
  const response = await fetch(`${scene.counter.apiUrl}/v1/bank-results`, { method: 'POST', headers, body: text });
  return { status: response.status, body: (await response.json()) as Told };
}

/** Waits until every line is booked or not, and tells which. */
async function outcomesOf(result: string): Promise<string[]> {
  const read = () => scene.counter.till.get<Told>(`/v1/bank-results/${result}`);
  await until(async () => (await read()).body.lines.every(({ outcome }) => outcome !== 'pending'));
  return (await read()).body.lines.map(({ outcome }) => outcome);
}

/** What the house's accounts moved by for an organisation: everything is settled to the cent somewhere. */
async function movedFor({ organisation }: MadePayout): Promise<Record<string, number>> {
  const sql = `SELECT a.code, CAST(SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS SIGNED) AS moved
    FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
    WHERE t.organisation_id = ? GROUP BY a.code`;
  const rows = await scene.counter.orm.em
    .getConnection()
    .execute<{ code: string; moved: number }[]>(sql, [organisation]);
  return Object.fromEntries(rows.map(({ code, moved }) => [code.replace(organisation, 'it'), moved]));
}

/** SET-02: 800.00 leave the balance, 760.00 are paid, 36.36 are our fee and 3.64 its tax. */
const settled = { 'organisation/it/AUD': -80_000, 'income/settlement-fee/AUD': 3_636, 'tax/AUD': 364 };

async function filedPayout(wish: Parameters<PayoutScene['planned']>[0] = {}): Promise<MadePayout & { file: string }> {
  const payout = await scene.planned(wish);
  const { body, text } = await scene.file(payout.run);
  if (body.payouts !== 1) throw new Error(text);
  return { ...payout, file: body.id };
}

describe('a bank file', () => {
  it('takes every payout of its run once, and is the same bytes at each download', async () => {
    const first = await scene.planned();
    const second = await scene.planned({ run: first.run, balanceMinor: 123_456, floatMinor: 10_000, feeBp: 300 });
    const { status, body } = await scene.file(first.run);
    expect([status, body.payouts]).toEqual([201, 2]);
    const [one, two] = [await download(body.id), await download(body.id)];
    const text = await one.text();
    expect(await two.text()).toBe(text);
    expect(sha256(text)).toBe(body.digest);
    const paid = readAba(Buffer.from(text)).payments.map(({ cents, reference }) => [cents, reference]);
    expect(paid).toEqual([
      [76_000, `PO-${first.no}-1`],
      [110_052, `PO-${second.no}-1`],
    ]);
    expect((await scene.show(first.id)).state).toBe('filed');
    expect((await scene.file(first.run)).body.code).toBe('nothing_to_pay');
  });

  it('puts a payout into one of two files that are asked for at once', async () => {
    const { run } = await scene.planned();
    const answers = await Promise.all([scene.file(run), scene.file(run), scene.file(run, { format: 'csv' })]);
    expect(answers.map(({ body }) => body.code ?? 'made').sort()).toEqual(['made', 'nothing_to_pay', 'nothing_to_pay']);
  });

  it('is sealed at rest, and its downloads are written down', async () => {
    const { file } = await filedPayout();
    await download(file);
    const connection = scene.counter.orm.em.getConnection();
    const [row] = await connection.execute<{ sealed: string }[]>('SELECT sealed FROM payout_file WHERE id = ?', [file]);
    expect(row?.sealed).not.toContain('1234567');
    const acts = await connection.execute<{ action: string }[]>('SELECT action FROM audit_event WHERE target = ?', [
      file,
    ]);
    expect(acts.map(({ action }) => action)).toEqual(['payout_file.create', 'payout_file.download']);
  });

  it('is refused for a currency that its format cannot pay, and without an originator', async () => {
    const { run } = await scene.planned();
    const answers = [
      await scene.file(run, { format: 'pain001' }),
      await scene.file(run, { currency: 'EUR' }),
      await scene.file(run, { format: 'paper' }),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '422 currency_mismatch',
      '422 currency_mismatch',
      '422 invalid_request',
    ]);
  });
});

describe('what banks say', () => {
  it('paid moves the money out of flight, once, and a second word changes nothing', async () => {
    const payout = await filedPayout();
    expect((await scene.act(payout.id, 'confirmation')).body.state).toBe('confirmed');
    expect((await scene.act(payout.id, 'confirmation')).status).toBe(200);
    expect(await movedFor(payout)).toMatchObject({
      ...settled,
      'payouts-in-flight/AUD': 0,
      'bank/operating/AUD': 76_000,
    });
  });

  it('books a file of results, and takes the same file once', async () => {
    const [paid, returned] = [await filedPayout(), await filedPayout()];
    const csv = `reference,result,reason\r\nPO-${paid.no}-1,paid,\r\nPO-${returned.no}-1,returned,account closed\r\n`;
    const { status, body } = await tellBank(csv, 'text/csv');
    expect(status).toBe(202);
    expect(await outcomesOf(body.id)).toEqual(['booked', 'booked']);
    expect((await scene.show(paid.id)).state).toBe('confirmed');
    expect(await scene.show(returned.id)).toMatchObject({
      state: 'returned',
      outcome: 'account closed',
      attentionReason: 'returned: account closed',
    });
    const again = await tellBank(csv, 'text/csv');
    expect([again.status, again.body.code]).toEqual([409, 'bank_result_duplicate']);
    expect(await movedFor(returned)).toMatchObject({ ...settled, 'payouts-in-flight/AUD': 76_000 });
  });

  it('takes back in a later file what an earlier one had paid, to the cent and once', async () => {
    const payout = await filedPayout();
    const reference = `PO-${payout.no}-1`;
    const paid = await tellBank(`reference,result,reason\r\n${reference},paid,\r\n`, 'text/csv');
    expect(await outcomesOf(paid.body.id)).toEqual(['booked']);
    expect(await movedFor(payout)).toMatchObject({
      ...settled,
      'payouts-in-flight/AUD': 0,
      'bank/operating/AUD': 76_000,
    });
    const back = await tellBank(returnsFile([{ reference, amountMinor: 76_000 }]), 'text/plain');
    expect(await outcomesOf(back.body.id)).toEqual(['booked']);
    const again = await tellBank(JSON.stringify({ results: [{ reference, result: 'returned' }] }), 'application/json');
    expect(await outcomesOf(again.body.id)).toEqual(['known']);
    expect((await scene.show(payout.id)).state).toBe('returned');
    expect(await movedFor(payout)).toMatchObject({
      ...settled,
      'payouts-in-flight/AUD': 76_000,
      'bank/operating/AUD': 0,
    });
  });

  it('is refused as a whole when it is unreadable, does not add up or is not ours, and nothing is booked', async () => {
    const payout = await filedPayout();
    const reference = `PO-${payout.no}-1`;
    const answers = [
      await tellBank(`reference,result\r\n${reference},paid\r\nPO-999999-1,paid\r\n`, 'text/csv'),
      await tellBank(returnsFile([{ reference, amountMinor: 76_001 }]), 'text/plain'),
      await tellBank(returnsFile([{ reference, amountMinor: 76_000 }], { count: 2 }), 'text/plain'),
      await tellBank(returnsFile([{ reference, amountMinor: 76_000 }]).slice(0, 200), 'text/plain'),
      await tellBank('<Document>', 'application/xml'),
      await tellBank('{}', 'application/json'),
      await tellBank('PK', 'application/zip'),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '422 bank_result_foreign',
      '422 bank_result_totals',
      '422 bank_result_totals',
      '422 bank_result_unreadable',
      '422 bank_result_unreadable',
      '422 invalid_request',
      '415 unsupported_media_type',
    ]);
    expect((await scene.show(payout.id)).state).toBe('filed');
  });

  it('books returns by direct entry, and a contradiction wants a person instead of a posting', async () => {
    const payout = await filedPayout();
    const reference = `PO-${payout.no}-1`;
    const { body } = await tellBank(returnsFile([{ reference, amountMinor: 76_000 }]), 'text/plain');
    expect(await outcomesOf(body.id)).toEqual(['booked']);
    const late = await tellBank(JSON.stringify({ results: [{ reference, result: 'paid' }] }), 'application/json');
    expect(await outcomesOf(late.body.id)).toEqual(['contradicts']);
    const { state, attentionReason } = await scene.show(payout.id);
    expect([state, attentionReason]).toEqual(['returned', 'the bank says paid of attempt 1, the payout is returned']);
  });

  it('lets a rejected file bring back all that stood in it', async () => {
    const account = { scheme: 'iban', iban: 'DE89370400440532013000', bic: null, accountName: 'Verein' } as const;
    const payout = await scene.planned({ currency: 'EUR', account });
    const { body: file } = await scene.file(payout.run, { currency: 'EUR', format: 'pain001' });
    const rejected = pain002({ messageId: `TILLFLOW-${file.no}`, group: 'RJCT', reason: 'FF01' });
    const { body } = await tellBank(rejected, 'application/xml');
    expect(await outcomesOf(body.id)).toEqual(['booked']);
    expect(await scene.show(payout.id)).toMatchObject({ state: 'returned', outcome: 'FF01' });
  });
});

describe('a payout that came back', () => {
  it('is paid again with the newest bank details, in another file and without a second fee', async () => {
    const payout = await filedPayout();
    await scene.act(payout.id, 'return', 'account closed');
    const account = { scheme: 'bsb', bsb: '083004', accountNo: '777', accountName: 'Rival Club' } as const;
    await giveBankDetail(scene.counter.orm, payout.organisation as never, { account });
    expect((await scene.act(payout.id, 'retry')).body).toMatchObject({ state: 'planned', attempt: 2 });
    const { body: file } = await scene.file(payout.run);
    const [line] = readAba(Buffer.from(await (await download(file.id)).text())).payments;
    expect(line).toMatchObject({ bsb: '083-004', account: '777', reference: `PO-${payout.no}-2`, cents: 76_000 });
    expect((await scene.act(payout.id, 'confirmation')).body.state).toBe('confirmed');
    expect(await movedFor(payout)).toMatchObject({
      ...settled,
      'payouts-in-flight/AUD': 0,
      'bank/operating/AUD': 76_000,
    });
  });

  it('after it was paid brings the money back into flight, and giving up undoes fee and tax to the cent', async () => {
    const payout = await filedPayout();
    await scene.act(payout.id, 'confirmation');
    expect((await scene.act(payout.id, 'return', 'no such account')).body.state).toBe('returned');
    expect(await movedFor(payout)).toMatchObject({
      ...settled,
      'payouts-in-flight/AUD': 76_000,
      'bank/operating/AUD': 0,
    });
    expect((await scene.act(payout.id, 'reversal', 'the club wants to wait')).body.state).toBe('reversed');
    expect(Object.values(await movedFor(payout)).every((moved) => moved === 0)).toBe(true);
    expect((await linesOf(scene.counter, `organisation/${payout.organisation}`)).at(-1)).toMatchObject({
      amount: 80_000,
      balance: 100_000,
    });
    const [item] = await scene.counter.orm.em
      .getConnection()
      .execute<{ claim: string | null; state: string }[]>(
        'SELECT claim, state FROM settlement_item WHERE payout_id = ?',
        [payout.id],
      );
    expect(item).toEqual({ claim: null, state: 'released' });
  });
});

describe('an act that does not fit', () => {
  it('is refused with the state, and moves nothing', async () => {
    const [planned, filed] = [await scene.planned(), await filedPayout()];
    const answers = [
      await scene.act(planned.id, 'return'),
      await scene.act(planned.id, 'retry'),
      await scene.act(filed.id, 'reversal'),
      await scene.act('pyt_01KAJ0000000000000000000AA', 'retry'),
      await scene.counter.till.post<{ code: string }>(`/v1/payouts/${planned.id}/retry`, {}, randomUUID()),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '409 payout_state_conflict',
      '409 payout_state_conflict',
      '409 payout_state_conflict',
      '404 not_found',
      '422 invalid_request',
    ]);
    expect(await movedFor(filed)).toMatchObject({ ...settled, 'payouts-in-flight/AUD': 76_000 });
  });

  it('is answered again under its key, and done once', async () => {
    const payout = await filedPayout();
    const key = randomUUID();
    const [first, second] = [
      await scene.act(payout.id, 'confirmation', 'statement line 4', key),
      await scene.act(payout.id, 'confirmation', 'statement line 4', key),
    ];
    expect(second.text).toBe(first.text);
    const acts = await scene.counter.orm.em
      .getConnection()
      .execute<{ reason: string }[]>('SELECT reason FROM audit_event WHERE target = ?', [payout.id]);
    expect(acts).toEqual([{ reason: 'statement line 4' }]);
  });
});
