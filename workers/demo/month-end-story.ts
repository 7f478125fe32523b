import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoCalls } from './demo-calls.ts';
import type { FinanceOffice } from './finance-office.ts';
import { decimal, say } from './story.ts';

interface Amount {
  readonly amount: number;
}

interface Run {
  readonly id: string;
  readonly state: string;
  readonly planHash: string;
  readonly progress: number;
}

interface Item {
  readonly organisation: string;
  readonly balance: Amount;
  readonly float: Amount;
  readonly settled: Amount;
  readonly fee: Amount;
  readonly tax: Amount;
  readonly payout: Amount;
}

interface Payout {
  readonly id: string;
  readonly no: number;
  readonly organisation: string;
  readonly state: string;
  readonly attempt: number;
  readonly amount: Amount;
}

/** A club of the demo and its name. */
export interface Club {
  readonly id: string;
  readonly name: string;
}

/** What the story needs: the API, its people, a platform key, the clubs, and where files are written. */
export interface MonthEndStage {
  readonly calls: DemoCalls;
  readonly office: FinanceOffice;
  readonly key: string;
  readonly clubs: readonly Club[];
  readonly folder: string;
}

const waitMs = 60_000;

/** Plans a month, has it approved by another person, and waits until it is posted. Answers the run. */
export async function settleMonth(stage: MonthEndStage, month: { period: string; zone: string }): Promise<Run> {
  const { calls, office } = stage;
  const starter = await office.token('sam');
  const planned = (await calls.ask(starter, { method: 'POST', path: '/v1/settlements', body: month })).body as Run;
  const { items } = (await calls.ask(stage.key, { path: `/v1/settlements/${planned.id}/items` })).body as {
    items: Item[];
  };
  say(`\n  Settlement ${planned.id}  ${month.period}, ${month.zone}: planned by sam`);
  say(`    ${'organisation'.padEnd(22)}${['balance', 'float', 'fee', 'tax', 'payout'].map(right).join('')}`);
  for (const item of items) {
    const figures = [item.balance, item.float, item.fee, item.tax, item.payout].map((one) => decimal(one.amount));
    say(`    ${nameOf(stage, item.organisation).padEnd(22)}${figures.map(right).join('')}`);
  }
  const body = { planHash: planned.planHash };
  await calls.ask(await office.token('tess'), {
    method: 'POST',
    path: `/v1/settlements/${planned.id}/approvals`,
    body,
  });
  say(`    approved by tess, for the plan ${planned.planHash.slice(0, 12)}…`);
  const done = await eventually(async () => {
    const run = (await calls.ask(stage.key, { path: `/v1/settlements/${planned.id}` })).body as Run;
    return run.state.startsWith('done') ? run : null;
  });
  say(`    ${done.state}, ${done.progress} %`);
  return done;
}

/** Writes a bank file of all that is planned, into the folder, and has the bank take it. Answers its payouts. */
export async function fileForBank(stage: MonthEndStage): Promise<readonly Payout[]> {
  const { calls, office, folder } = stage;
  const bearer = await office.token('sam');
  const planned = await payoutsIn(stage, 'planned');
  const request = { currency: 'AUD', format: 'aba' };
  const file = (await calls.ask(bearer, { method: 'POST', path: '/v1/payout-files', body: request })).body as {
    id: string;
    no: number;
    payouts: number;
    total: Amount;
  };
  const { text } = await calls.ask(bearer, { path: `/v1/payout-files/${file.id}/content` });
  await mkdir(folder, { recursive: true });
  const place = join(folder, `payouts-${file.no}.aba`);
  await writeFile(place, text);
  say(`\n  Bank file ${file.no}  ${file.payouts} payouts, ${decimal(file.total.amount)} AUD: ${place}`);
  const accepted = { reason: 'uploaded at the bank' };
  await calls.ask(bearer, { method: 'POST', path: `/v1/payout-files/${file.id}/acceptance`, body: accepted });
  return planned;
}

/** The bank's word on payouts, by its own list. */
export async function hearBank(
  stage: MonthEndStage,
  words: readonly { readonly payout: Payout; readonly result: 'paid' | 'returned'; readonly reason: string }[],
): Promise<void> {
  const lines = words.map(({ payout, result, reason }) => `PO-${payout.no}-${payout.attempt},${result},${reason}`);
  const body = `reference,result,reason\n${lines.join('\n')}\n`;
  await stage.calls.ask(await stage.office.token('sam'), { method: 'POST', path: '/v1/bank-results', body });
  for (const { payout, result } of words) {
    const wanted = result === 'paid' ? 'confirmed' : 'returned';
    await eventually(async () => ((await readPayout(stage, payout.id)).state === wanted ? true : null));
    say(`    payout ${payout.no}  ${nameOf(stage, payout.organisation).padEnd(22)} ${wanted}`);
  }
}

/** The club corrects its bank details, and the payout is tried again without a second fee. */
export async function payAgain(stage: MonthEndStage, payout: Payout): Promise<Payout> {
  const { calls, office, key } = stage;
  const path = `/v1/organisations/${payout.organisation}/bank-details/AUD`;
  await calls.ask(key, { method: 'PUT', path, body: bankAccountOf('062-001', '87654321', 'Corrected Account') });
  const body = { reason: 'bank details were corrected' };
  await calls.ask(await office.token('sam'), { method: 'POST', path: `/v1/payouts/${payout.id}/retry`, body });
  say(`    payout ${payout.no}  ${nameOf(stage, payout.organisation).padEnd(22)} tried again, no second fee`);
  return readPayout(stage, payout.id);
}

/** A BSB account as the API takes it. */
export function bankAccountOf(bsb: string, accountNo: string, accountName: string): object {
  return { scheme: 'bsb', bsb, accountNo, accountName };
}

/** What a step waits for, asked again until it is there. */
export async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error(`Not there after a minute: ${String(look)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function payoutsIn({ calls, key }: MonthEndStage, state: string): Promise<readonly Payout[]> {
  const answer = await calls.ask(key, { path: `/v1/payouts?state=${state}&limit=100` });
  return (answer.body as { items: Payout[] }).items;
}

async function readPayout({ calls, key }: MonthEndStage, id: string): Promise<Payout> {
  return (await calls.ask(key, { path: `/v1/payouts/${id}` })).body as Payout;
}

function nameOf({ clubs }: MonthEndStage, organisation: string): string {
  return clubs.find(({ id }) => id === organisation)?.name ?? organisation;
}

function right(text: string): string {
  return text.padStart(11);
}
