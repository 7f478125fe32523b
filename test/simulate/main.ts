import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createSealer } from '../../src/ledger/seal.ts';
import { verify } from '../../workers/verification.ts';
import globalSetup from '../support/global-setup.cjs';
import { stateFolder } from '../support/stack.ts';
import { planOf } from './plan.ts';
import { runPlan, type RunResult, type System } from './run.ts';
import { openSystem } from './system.ts';

// npm run simulate [-- --seed N | --seeds 1..200] [--sales 20] [--lanes 2]: whole-system runs (quality.md F40).

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    sales: { type: 'string', default: '20' },
    lanes: { type: 'string', default: '1' },
  },
});
const seeds = seedsOf(values.seeds ?? values.seed ?? '1');
const sales = whole('--sales', values.sales);
const bundle = await ownBundle();
const system = await openSystem();
const results: RunResult[] = [];
let isBookSound: boolean;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void leave());
try {
  const waiting = seeds.values();
  // Lanes share the worker and its deaths; for a failure's second run, one lane is the default.
  await Promise.all(Array.from({ length: whole('--lanes', values.lanes) }, () => lane(system, waiting)));
  isBookSound = await proveBook(system);
} finally {
  await system.close();
  rmSync(bundle, { force: true });
}
const failed = results.filter(({ pass }) => !pass);
say(sums(results));
if (failed.length > 0) say(`failed: ${failed.map(({ seed }) => seed).join(', ')}`);
say(`${results.length - failed.length} seeds passed, ${failed.length} failed`);
process.exit(failed.length === 0 && isBookSound ? 0 : 1);

/** Seals what is not sealed yet, and verifies the whole book of all seeds, its chain included. */
async function proveBook({ counter: { databaseUrl } }: System): Promise<boolean> {
  const sealer = createSealer({ databaseUrl });
  await sealer.seal();
  await sealer.close();
  const lines: string[] = [];
  const holds = await verify(databaseUrl, (line) => lines.push(line));
  for (const line of holds ? lines.slice(-2) : lines) say(line);
  return holds;
}

/** Interrupted: what was started ends, what was found stands in the lines above. */
async function leave(): Promise<void> {
  await system.close();
  rmSync(bundle, { force: true });
  process.exit(130);
}

async function lane(on: System, waiting: IterableIterator<number>): Promise<void> {
  for (const seed of waiting) {
    const result = await runPlan(on, planOf(seed, sales));
    results.push(result);
    say(lineOf(result));
    for (const failure of result.failures) say(`    ${failure}`);
    if (!result.pass)
      say(`    read ${result.traceFile}; again with: npm run simulate -- --seed ${seed} --sales ${sales}`);
  }
}

function lineOf({ seed, planHash, ended, payouts, attention, injected, tookMs, pass }: RunResult): string {
  const paid = listed(payouts);
  const did = `${injected.faults} faults, ${injected.webhooks} webhooks, ${injected.crashes} crashes`;
  const asked = attention === 0 ? '' : `, ${attention} need attention`;
  const plan = `plan ${planHash.slice(0, 16)}`;
  const clubs = paid === '' ? '' : `  payouts: ${paid}`;
  return `seed ${seed}  ${plan}  ${listed(ended)}${asked}${clubs}  ${did}  ${(tookMs / 1_000).toFixed(1)} s  ${pass ? 'PASS' : 'FAIL'}`;
}

function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([state, count]) => `${count} ${state}`)
    .join(', ');
}

function sums(all: readonly RunResult[]): string {
  const sum = (of: (result: RunResult) => number): number => all.reduce((total, result) => total + of(result), 0);
  const total = (counts: RunResult['ended']): number =>
    Object.values(counts).reduce((whole, count) => whole + count, 0);
  const [sold, paid] = [sum(({ ended }) => total(ended)), sum(({ payouts }) => total(payouts))];
  return `${sold} sales, ${paid} payouts, ${sum(({ attention }) => attention)} need attention; injected ${sum(
    ({ injected }) => injected.faults,
  )} faults, ${sum(({ injected }) => injected.webhooks)} webhook deviations, ${sum(({ injected }) => injected.crashes)} crashes`;
}

/** Workers that start later must run the workflows of those that started first, whatever is built meanwhile. */
async function ownBundle(): Promise<string> {
  await globalSetup();
  const folder = join(stateFolder, 'simulate');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `workflows-${process.pid}.js`);
  copyFileSync(process.env['TILLFLOW_WORKFLOW_BUNDLE'] ?? '', file);
  process.env['TILLFLOW_WORKFLOW_BUNDLE'] = file;
  return file;
}

function seedsOf(text: string): number[] {
  const [first = '', last = first] = text.split('..');
  const from = whole('--seeds', first);
  const to = whole('--seeds', last);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new Error(`${name}: ${text} is not a whole number.`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
