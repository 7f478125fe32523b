import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import globalSetup from '../support/global-setup.cjs';
import { faults } from './faults.ts';
import { lastLine, runFault } from './harness/run-fault.ts';
import type { Fault, FaultSize } from './harness/types.ts';

// npm run faults [-- F1 F7 …] [--seed N] [--size full|small]: does to the system what quality.md 3 says, and looks.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, size: { type: 'string', default: 'full' } },
});
const size = sizeOf(values.size);
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
if (!Number.isSafeInteger(seed)) throw new Error('--seed is a whole number.');
// An interrupted run leaves no server behind: those die as this process exits, which a signal alone would not let it do.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
await globalSetup();
let failed = 0;
for (const fault of wanted(positionals)) failed += (await tell(fault)) ? 0 : 1;
// What a failed test may have left open does not keep the command waiting.
process.exit(failed === 0 ? 0 : 1);

async function tell(fault: Fault): Promise<boolean> {
  const began = performance.now();
  say(`${fault.id}  ${fault.title}`);
  say(`    seed ${seed}, size ${size}; again with: npm run faults -- ${fault.id} --seed ${seed} --size ${size}`);
  const elapsed = (): string => ((performance.now() - began) / 1_000).toFixed(1);
  const log = (line: string): void => {
    say(`    +${elapsed()} s  ${line}`);
  };
  const report = await runFault(fault, { seed, size, log });
  say(`    took ${elapsed()} s`);
  say(lastLine(fault, report));
  return report.pass;
}

function wanted(ids: readonly string[]): readonly Fault[] {
  const unknown = ids.filter((id) => !faults.some((fault) => fault.id === id));
  if (unknown.length > 0) {
    throw new Error(`No fault ${unknown.join(', ')}; there are ${faults.map(({ id }) => id).join(', ')}.`);
  }
  return ids.length === 0 ? faults : faults.filter(({ id }) => ids.includes(id));
}

function sizeOf(text: string): FaultSize {
  if (text === 'full' || text === 'small') return text;
  throw new Error('--size is full or small.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
