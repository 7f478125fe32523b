import { randomUUID } from 'node:crypto';
import { PayoutScene, type ShownPayout } from '../support/payout-scene.ts';
import type { MadePayout } from '../support/payouts.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import type { Answer } from '../support/till.ts';
import { until } from '../support/until.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { rowsOf } from './harness/query.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { each: 100, lanes: 6 }, small: { each: 2, lanes: 2 } };
const amountMinor = 76_000;
const settledMinor = 80_000;

export const fault: Fault = {
  id: 'F24',
  title:
    'a bank’s words that race each other, a file or a person are booked once: no payout is credited or undone twice',
  run,
};

async function run({ size, log }: FaultContext): Promise<FaultReport> {
  const { each, lanes } = sizes[size];
  const seen = new Tally();
  const scene = await PayoutScene.open({ env: { API_RATE_LIMIT_PER_MINUTE: '1000000', API_DEADLINE_MS: '60000' } });
  try {
    for (const [name, race] of Object.entries(races)) {
      const places = Array.from({ length: lanes }, (_, lane) => lane);
      const rounds = Array.from({ length: each }, (_, round) => round);
      await inLanes(places, rounds, async () => {
        const payout = await scene.planned();
        await race({ scene, payout, seen });
        await proveCents(scene, payout);
      });
      log(`${name}: ${each} times, to the cent`);
    }
    await expectBooksInOrder(scene.counter.databaseUrl);
  } finally {
    await scene.counter.close();
  }
  const count = Object.keys(races).length * each;
  return {
    pass: true,
    figures: `${count} races of ${Object.keys(races).length} kinds: ${seen.toString()}`,
    injections: count,
  };
}

interface Race {
  readonly scene: PayoutScene;
  readonly payout: MadePayout;
  readonly seen: Tally;
}

const races = {
  'sent back after it was paid, three times at once': async ({ scene, payout, seen }: Race): Promise<void> => {
    await scene.file(payout.run);
    await scene.act(payout.id, 'confirmation');
    const answers = await Promise.all([1, 2, 3].map(() => scene.act(payout.id, 'return')));
    expectStatuses(answers, [200]);
    seen.add(`after paid: ${(await scene.show(payout.id)).state}`);
  },
  'paid and sent back at once, by call and by the bank’s file': async ({
    scene,
    payout,
    seen,
  }: Race): Promise<void> => {
    const filed = await scene.file(payout.run);
    if (filed.status !== 201) throw new Error(`No file was made: ${filed.status} ${JSON.stringify(filed.body)}`);
    const word = { reference: `PO-${payout.no}-1`, result: 'returned', reason: 'account closed' };
    const [, told] = await Promise.all([
      scene.act(payout.id, 'confirmation'),
      scene.counter.till.post<{ id: string }>('/v1/bank-results', { results: [word] }, randomUUID()),
    ]);
    if (told.status !== 202)
      throw new Error(`The bank’s file was answered ${told.status}: ${JSON.stringify(told.body)}`);
    const read = () => scene.counter.till.get<{ lines: { outcome: string }[] }>(`/v1/bank-results/${told.body.id}`);
    await until(async () => (await read()).body.lines.every(({ outcome }) => outcome !== 'pending'), {
      withinMs: 60_000,
      everyMs: 100,
    });
    const { state } = await scene.show(payout.id);
    if (state !== 'returned') throw new Error(`The bank sent it back, and it is ${state}.`);
    const paidFirst = (await postings(scene, payout)).includes('payout-confirmed');
    seen.add(paidFirst ? 'paid, then sent back' : 'sent back first');
  },
  'two retries and a reversal at once': async ({ scene, payout, seen }: Race): Promise<void> => {
    await scene.file(payout.run);
    await scene.act(payout.id, 'return');
    const acts = ['retry', 'reversal', 'retry'] as const;
    expectStatuses(await Promise.all(acts.map((act) => scene.act(payout.id, act))), [200, 409]);
    const { state, attempt } = await scene.show(payout.id);
    if (attempt > 2) throw new Error(`Two retries at once made attempt ${attempt}.`);
    seen.add(`retry or give up: ${state}`);
  },
  'a file and a reversal at once': async ({ scene, payout, seen }: Race): Promise<void> => {
    const [filed] = await Promise.all([scene.file(payout.run), scene.act(payout.id, 'reversal')]);
    const { state } = await scene.show(payout.id);
    const isInFile = filed.status === 201;
    if (isInFile !== (state === 'filed')) throw new Error(`File: ${filed.status}, and the payout is ${state}.`);
    seen.add(`file or give up: ${state}`);
  },
};

function expectStatuses(answers: readonly Answer<ShownPayout>[], allowed: readonly number[]): void {
  const odd = answers.find(({ status }) => !allowed.includes(status));
  if (odd !== undefined) throw new Error(odd.text);
}

async function postings({ counter }: PayoutScene, { id }: MadePayout): Promise<string[]> {
  const sql = 'SELECT kind FROM ledger_transaction WHERE payout_id = ? ORDER BY recorded_at, id';
  return (await rowsOf<{ kind: string }>(counter.databaseUrl, sql, [id])).map(({ kind }) => kind);
}

/** Where the money must be, by what the payout says of itself: at the bank, in flight, or back with the organisation. */
async function proveCents(scene: PayoutScene, payout: MadePayout): Promise<void> {
  const { state } = await scene.show(payout.id);
  const moved = await rowsOf<{ code: string; moved: string }>(
    scene.counter.databaseUrl,
    `SELECT a.code, SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS moved FROM ledger_entry e
     JOIN ledger_account a ON a.id = e.account_id JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE t.payout_id = ? GROUP BY a.code`,
    [payout.id],
  );
  const at = (prefix: string) => Number(moved.find(({ code }) => code.startsWith(prefix))?.moved ?? 0);
  const found = [at('organisation/'), at('payouts-in-flight/'), at('bank/'), at('income/') + at('tax/')];
  const kept = settledMinor - amountMinor;
  const expected =
    state === 'reversed'
      ? [0, 0, 0, 0]
      : [-settledMinor, state === 'confirmed' ? 0 : amountMinor, state === 'confirmed' ? amountMinor : 0, kept];
  if (found.join() !== expected.join()) throw new Error(`${state}: ${found.join()} and not ${expected.join()}`);
}
