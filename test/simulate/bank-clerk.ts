import { randomUUID } from 'node:crypto';
import { localDayAt } from '../../src/reports/local-day.ts';
import { bankStatementWorkflowId } from '../../src/workflows/reconciliation/bank-statement.messages.ts';
import type { ShownPayout } from '../support/payout-scene.ts';
import type { FinanceDesk, ToldFinance } from './finance-desk.ts';
import { ask } from './member-rows.ts';
import type { BankWord, OfficeStep, Repair } from './plan-month-end.ts';

/** A payout of a club, with the club's place in the plan. */
interface Placed extends ShownPayout {
  readonly place: number;
}

interface Spoken {
  readonly payout: Placed;
  readonly word: Exclude<BankWord, 'silent'>;
}

/** The bank says what became of the payouts that stand in files: in its own list, one by one, both at once, or by its statement. */
export async function hearBank(
  desk: FinanceDesk,
  runs: readonly string[],
  { by, words }: Extract<OfficeStep, { do: 'bank' }>,
): Promise<void> {
  const filed = await payoutsOf(desk, runs, 'filed');
  const spoken = filed.flatMap((payout): Spoken[] => {
    const word = words[payout.place] ?? 'silent';
    return word === 'silent' ? [] : [{ payout, word }];
  });
  if (by === 'statement') return readStatement(desk, spoken);
  if (spoken.length === 0) return;
  await Promise.all([
    ...(by === 'call' ? [] : [takeList(desk, spoken)]),
    ...(by === 'list' ? [] : spoken.map((one) => call(desk, one))),
  ]);
}

/** What came back is paid again, given up, both at once, or left. */
export async function repair(desk: FinanceDesk, runs: readonly string[], acts: readonly Repair[]): Promise<void> {
  for (const payout of await payoutsOf(desk, runs, 'returned')) {
    const act = acts[payout.place] ?? 'none';
    const wanted = act === 'both' ? (['retry', 'reversal'] as const) : act === 'none' ? [] : [act];
    await Promise.all(wanted.map((one) => actOn(desk, payout.id, one)));
  }
}

/** Somebody takes the club's newest transfer back in the processor's console; what is not there cannot be. */
export async function takeBack(desk: FinanceDesk, runs: readonly string[], place: number): Promise<void> {
  const paid = (await payoutsOf(desk, runs, 'confirmed')).filter((payout) => payout.place === place);
  for (const { id } of paid) {
    const [row] = await ask<{ ref: string | null }>(
      desk.office.counter,
      'SELECT transfer_ref AS ref FROM payout WHERE id = ?',
      [id],
    );
    if (row === undefined || row.ref === null) continue;
    await desk.office.counter.control.transfer(row.ref).reverse();
    desk.note('the transfer is taken back at the processor', id);
  }
}

async function payoutsOf(desk: FinanceDesk, runs: readonly string[], state: string): Promise<Placed[]> {
  const pages = await Promise.all(
    runs.map((run) =>
      desk.until<{ items: readonly ShownPayout[] }>(`/v1/payouts?run=${run}&state=${state}&limit=100`, () => true),
    ),
  );
  const placed = pages.flatMap(({ items }) =>
    items.map((payout) => ({ ...payout, place: desk.placeOf(payout.organisation) })),
  );
  return placed.filter(({ place }) => place >= 0);
}

async function takeList(desk: FinanceDesk, spoken: readonly Spoken[]): Promise<void> {
  const results = spoken.map(({ payout, word }) => ({
    ...{ reference: `PO-${payout.no}-${payout.attempt}`, result: word, reason: 'as the bank says' },
  }));
  const { status, body } = await desk.post<ToldFinance>(
    ...(['the bank’s list', '/v1/bank-results', { results }] as const),
    { isAsync: true },
  );
  if (status !== 202) return;
  const isBooked = (shown: { readonly lines: readonly { readonly outcome: string }[] }): boolean =>
    shown.lines.every(({ outcome }) => outcome !== 'pending');
  await desk.until(`/v1/bank-results/${body.id}`, isBooked);
}

function call(desk: FinanceDesk, { payout, word }: Spoken) {
  return actOn(desk, payout.id, word === 'paid' ? 'confirmation' : 'return');
}

function actOn(desk: FinanceDesk, payout: string, act: 'confirmation' | 'return' | 'retry' | 'reversal') {
  return desk.post(act, `/v1/payouts/${payout}/${act}`, { reason: 'said so' });
}

/** Only what was paid stands in a statement, and what the bank takes for itself, which the book does not have. */
async function readStatement(desk: FinanceDesk, spoken: readonly Spoken[]): Promise<void> {
  const paid = spoken.filter(({ word, payout }) => word === 'paid' && payout.amount.amount > 0);
  const { counter } = desk.office;
  const response = await fetch(`${counter.apiUrl}/v1/bank-statements?bankRef=operating`, {
    method: 'POST',
    headers: {
      ...{ authorization: `Bearer ${counter.shop.secret}`, 'content-type': 'text/csv' },
      'idempotency-key': randomUUID(),
    },
    body: statementOf(
      paid.map(({ payout }) => payout),
      desk.scene.account,
    ),
  });
  const told = (await response.json()) as ToldFinance;
  desk.note(`the bank’s statement: ${response.status} ${told.code ?? ''}`, told.id);
  if (response.status !== 202) return;
  await counter.temporal.workflow.getHandle(bankStatementWorkflowId(told.id ?? '')).result();
}

const feeMinor = 250;

/** Today's, from nothing: what was paid out of our account. */
function statementOf(payouts: readonly Placed[], reference: string): string {
  const today = localDayAt(new Date().toISOString(), 'Australia/Sydney');
  const total = payouts.reduce((sum, { amount }) => sum + amount.amount, feeMinor);
  const major = (minor: number): string => `${minor < 0 ? '-' : ''}${(Math.abs(minor) / 100).toFixed(2)}`;
  return [
    'Type,Date,Amount,Currency,Reference,Description',
    `opening,${today},0.00,AUD,,`,
    ...payouts.map(
      ({ no, attempt, amount }) =>
        `entry,${today},${major(-amount.amount)},AUD,PO-${no}-${attempt},Direct credit to a club`,
    ),
    `entry,${today},${major(-feeMinor)},AUD,${reference}-${randomUUID()},Account fee`,
    `closing,${today},${major(-total)},AUD,,`,
  ].join('\r\n');
}
