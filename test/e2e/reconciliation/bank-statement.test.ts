import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { parseCurrency } from '../../../src/domain/currency.ts';
import { money } from '../../../src/domain/money.ts';
import { createPoster } from '../../../src/ledger/poster.ts';
import { processorPayout, processorTakeBack } from '../../../src/ledger/postings/settlement.ts';
import { localDayAt } from '../../../src/reports/local-day.ts';
import { bankStatementWorkflowId } from '../../../src/workflows/reconciliation/bank-statement.messages.ts';
import * as attributes from '../../../src/workflows/search-attributes.messages.ts';
import { rowsOf } from '../../faults/harness/query.ts';
import { PayoutScene } from '../../support/payout-scene.ts';
import { expectBooksInOrder } from '../../support/sale-book.ts';

let scene: PayoutScene;
beforeAll(async () => {
  scene = await PayoutScene.open({ env: { RECONCILE_GRACE_MS: '0' } });
}, 60_000);
afterEach(async () => expectBooksInOrder(scene.counter.databaseUrl));
afterAll(() => scene.counter.close());

interface Line {
  readonly line: number;
  readonly payout: string | null;
  readonly ledgerTransaction: string | null;
}
interface Statement {
  readonly id: string;
  readonly code?: string;
  readonly matched: number;
  readonly lines: readonly Line[];
}
interface Difference {
  readonly kind: string;
  readonly subject: string;
  readonly theirs: number | null;
  readonly ours: number | null;
}

const today = () => localDayAt(new Date().toISOString(), 'Australia/Sydney');

/** A statement of today from zero; `entries` are an amount in major units, a reference and a description. */
function csv(entries: readonly (readonly [string, string, string])[], closing: string): string {
  const lines = entries.map(([amount, ...words]) => `entry,${today()},${amount},AUD,${words.join(',')}`);
  const [first, last] = [`opening,${today()},0.00,AUD,,`, `closing,${today()},${closing},AUD,,`];
  return ['Type,Date,Amount,Currency,Reference,Description', first, ...lines, last].join('\r\n');
}

async function take(text: string, bankRef: string, type = 'text/csv'): Promise<{ status: number; body: Statement }> {
  const headers = { authorization: `Bearer ${scene.counter.shop.secret}`, 'content-type': type };
  const url = `${scene.counter.apiUrl}/v1/bank-statements?bankRef=${bankRef}`;
  const response = await fetch(url, { method: 'POST', headers, body: text });
  return { status: response.status, body: (await response.json()) as Statement };
}

/** Takes it, waits until it is compared, and reads it. */
async function compared(text: string, bankRef: string, type?: string): Promise<Statement> {
  const { status, body } = await take(text, bankRef, type);
  expect([status, body.code]).toEqual([202, undefined]);
  await scene.counter.temporal.workflow.getHandle(bankStatementWorkflowId(body.id)).result();
  return (await scene.counter.till.get<Statement>(`/v1/bank-statements/${body.id}`)).body;
}

async function open(place: string): Promise<readonly Difference[]> {
  const path = `/v1/reconciliation-differences?place=${encodeURIComponent(place)}`;
  return (await scene.counter.till.get<{ items: readonly Difference[] }>(path)).body.items;
}

async function balance(code: string): Promise<number> {
  const [row] = await rowsOf<{ minor: number }>(
    scene.counter.databaseUrl,
    `SELECT CAST(COALESCE(SUM(IF(e.side = 'debit', e.amount_minor, -e.amount_minor)), 0) AS SIGNED) AS minor
     FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE a.code = '${code}'`,
  );
  return Number(row?.minor);
}

async function post(transaction: ReturnType<typeof processorPayout>): Promise<string> {
  const poster = createPoster({ databaseUrl: scene.counter.databaseUrl });
  try {
    const posted = await poster.post(transaction);
    if (posted.kind !== 'posted') throw new Error(JSON.stringify(posted));
  } finally {
    await poster.close();
  }
  const sql = `SELECT id FROM ledger_transaction WHERE op_key = '${transaction.opKey}'`;
  const [row] = await rowsOf<{ id: string }>(scene.counter.databaseUrl, sql);
  return row?.id ?? '';
}

/** Money between the processor and our account `bankRef`. */
function moved(providerRef: string, amountMinor: number, bankRef: string) {
  return {
    ...{ processor: { provider: 'stripe', externalRef: 'acct_bank', mode: 'platform' } as never, providerRef, bankRef },
    ...{ amount: money(amountMinor, parseCurrency('AUD')), occurredAt: new Date().toISOString() },
    description: `Payout ${providerRef}`,
  };
}

describe("a bank's statement", () => {
  it('confirms the filed payout that it shows, once, and the line is the movement that was booked of it', async () => {
    const payout = await scene.planned();
    await scene.file(payout.run);
    const before = await balance('bank/operating/AUD');
    // SET-02: 760.00 are paid; the fee of the account is not in the book.
    const text = csv(
      [
        ['-760.00', '', `Direct credit PO-${payout.no}-1/CLUB`],
        ['-2.50', 'FEE', 'Account fee'],
      ],
      '-762.50',
    );
    const shown = await compared(text, 'operating');
    expect(await scene.show(payout.id)).toMatchObject({ state: 'confirmed', outcome: 'paid by the bank’s statement' });
    expect((await balance('bank/operating/AUD')) - before).toBe(-76_000);
    expect([shown.matched, shown.lines.map((line) => line.payout)]).toEqual([1, [payout.id, null]]);
    expect((await open('bank/operating/AUD')).map(({ kind, theirs, ours }) => [kind, theirs, ours])).toEqual([
      ['missing_here', -250, null],
    ]);
    const { typedSearchAttributes: searched } = await scene.counter.temporal.workflow
      .getHandle(bankStatementWorkflowId(shown.id))
      .describe();
    expect(searched.get(attributes.needsAttention)).toBe(true);

    const again = await take(text, 'operating');
    expect([again.status, again.body.code]).toEqual([409, 'statement_duplicate']);
    expect((await balance('bank/operating/AUD')) - before).toBe(-76_000);
    expect(await open('bank/operating/AUD')).toHaveLength(1);
  });

  it('takes money of a confirmed payout back into flight, once, and it can be paid again', async () => {
    const payout = await scene.planned();
    await scene.file(payout.run);
    const [bank, inFlight] = [await balance('bank/operating/AUD'), await balance('payouts-in-flight/AUD')];
    const reference = `PO-${payout.no}-1`;
    await compared(csv([['-760.00', reference, 'Credit']], '-760.00'), 'operating');
    await scene.become(payout.id, 'confirmed');
    // One cent less is not what was paid; the whole amount is, some days later.
    await compared(csv([['759.99', reference, 'Return']], '759.99'), 'operating');
    expect((await scene.show(payout.id)).state).toBe('confirmed');
    const shown = await compared(csv([['760.00', '', `RETURN ${reference} ACCOUNT CLOSED`]], '760.00'), 'operating');
    expect(await scene.show(payout.id)).toMatchObject({
      ...{ state: 'returned', attempt: 1, outcome: 'sent back by the bank’s statement', needsAttention: true },
    });
    expect([shown.matched, shown.lines[0]?.payout]).toEqual([1, payout.id]);
    const moved = async () => [
      (await balance('bank/operating/AUD')) - bank,
      (await balance('payouts-in-flight/AUD')) - inFlight,
    ];
    // As before it was paid: nothing left the bank, and 760.00 are owed again.
    expect(await moved()).toEqual([0, 0]);
    const ours = (await open('bank/operating/AUD')).filter(({ theirs }) => theirs === 75_999 || theirs === 76_000);
    expect(ours.map(({ kind, theirs }) => [kind, theirs])).toEqual([['missing_here', 75_999]]);
    // Another statement that shows it too, and the bank's own word, say nothing new.
    await compared(csv([['760.00', reference, 'Return shown again']], '760.00'), 'operating');
    expect([(await scene.show(payout.id)).state, await moved()]).toEqual(['returned', [0, 0]]);
    const retried = await scene.act(payout.id, 'retry');
    expect([retried.status, retried.body.state, retried.body.attempt]).toEqual([200, 'planned', 2]);
  });

  it('shows a payout that went out and came back on one page: both are booked', async () => {
    const payout = await scene.planned();
    await scene.file(payout.run);
    const before = await balance('bank/operating/AUD');
    const reference = `PO-${payout.no}-1`;
    const text = csv(
      [
        ['760.00', reference, 'Return'],
        ['-760.00', reference, 'Credit'],
      ],
      '0.00',
    );
    const shown = await compared(text, 'operating');
    expect([shown.matched, (await scene.show(payout.id)).state]).toEqual([2, 'returned']);
    expect((await balance('bank/operating/AUD')) - before).toBe(0);
    const booked = `SELECT op_key FROM ledger_transaction WHERE payout_id = '${payout.id}' AND kind <> 'settlement' ORDER BY id`;
    expect((await rowsOf<{ op_key: string }>(scene.counter.databaseUrl, booked)).map((row) => row.op_key)).toEqual([
      `payout-${payout.id}-confirmed-1`,
      `payout-${payout.id}-returned-1`,
    ]);
  });

  it('does not confirm a payout by another amount, attempt or account of ours', async () => {
    const payout = await scene.planned();
    await scene.file(payout.run);
    const [reference, other] = [`PO-${payout.no}-1`, `PO-${payout.no}-10`];
    await post(processorPayout(moved('po_other', 1_000, 'other')));
    await compared(
      csv(
        [
          ['-760.01', reference, ''],
          ['-760.00', other, ''],
        ],
        '-1520.01',
      ),
      'operating',
    );
    await compared(
      csv(
        [
          ['-760.00', reference, ''],
          ['10.00', 'po_other', ''],
        ],
        '-750.00',
      ),
      'other',
    );
    expect((await scene.show(payout.id)).state).toBe('filed');
    expect((await open('bank/other/AUD')).map(({ kind, theirs }) => [kind, theirs])).toEqual([
      ['missing_here', -76_000],
    ]);
  });

  it('is matched with what the processor paid and took back; what either side lacks is a difference until it comes', async () => {
    const paid = await post(processorPayout(moved('po_st1', 33_450, 'main')));
    const back = await post(processorTakeBack(moved('po_st2', 1_205, 'main')));
    const missing = await post(processorPayout(moved('po_st3', 9_999, 'main')));
    const first = await compared(
      csv(
        [
          ['334.50', 'po_st1', 'STRIPE'],
          ['-12.05', '', 'STRIPE'],
          ['77.00', 'po_st4', 'STRIPE'],
        ],
        '399.45',
      ),
      'main',
    );
    expect(first.lines.map((line) => line.ledgerTransaction)).toEqual([paid, back, null]);
    const told = (await open('bank/main/AUD')).map(({ kind, theirs, ours }) => [kind, theirs, ours]);
    expect(told.sort()).toEqual([
      ['missing_here', 7_700, null],
      ['missing_there', null, 9_999],
    ]);

    const late = await post(processorPayout(moved('po_st4', 7_700, 'main')));
    const second = await compared(csv([['99.99', 'po_st3', 'STRIPE']], '99.99'), 'main');
    expect(second.lines.map((line) => line.ledgerTransaction)).toEqual([missing]);
    const read = await scene.counter.till.get<Statement>(`/v1/bank-statements/${first.id}`);
    expect(read.body.lines.map((line) => line.ledgerTransaction)).toEqual([paid, back, late]);
    expect(await open('bank/main/AUD')).toEqual([]);
  });

  it('is taken as camt.053 as well, and listed, the newest first', async () => {
    const entry = await post(processorPayout(moved('po_camt', 4_321, 'camt')));
    const balanceOf = (code: string, amount: string) =>
      `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="AUD">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>`;
    const xml = `<?xml version="1.0"?><Document><BkToCstmrStmt><Stmt>${balanceOf('OPBD', '0.00')}${balanceOf('CLBD', '43.21')}
      <Ntry><Amt Ccy="AUD">43.21</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>${today()}</Dt></BookgDt>
      <NtryRef>po_camt</NtryRef></Ntry></Stmt></BkToCstmrStmt></Document>`;
    const shown = await compared(xml, 'camt', 'application/xml');
    expect(shown.lines.map((line) => line.ledgerTransaction)).toEqual([entry]);
    const { items } = (
      await scene.counter.till.get<{ items: readonly Statement[] }>('/v1/bank-statements?bankRef=camt&limit=5')
    ).body;
    expect(items.map(({ id, matched }) => [id, matched])).toEqual([[shown.id, 1]]);
  });

  it('is refused whole when it does not add up or is of no account of ours, and nothing of it is kept', async () => {
    const count = () => rowsOf(scene.counter.databaseUrl, 'SELECT id FROM bank_statement');
    const before = (await count()).length;
    const good = csv([['5.00', 'po_x', '']], '5.00');
    const answers = [
      await take(csv([['5.00', 'po_x', '']], '5.01'), 'operating'),
      await take('<Document>', 'operating', 'application/xml'),
      await take(good, 'mian'),
      await take(good, ''),
      await take('{}', 'operating', 'application/json'),
    ];
    expect(answers.map(({ status, body }) => `${status} ${body.code ?? ''}`)).toEqual([
      '422 statement_refused',
      '422 statement_refused',
      '422 statement_refused',
      '422 invalid_request',
      '415 unsupported_media_type',
    ]);
    expect((await count()).length).toBe(before);
    expect((await scene.counter.till.get('/v1/bank-statements/bst_01KAJ0000000000000000000AA')).status).toBe(404);
  });
});
