import { parseArgs } from 'node:util';
import { Belongings } from './support/belongings.ts';
import { benches } from './benches.ts';
import type { Bench, BenchContext } from './contract.ts';
import { figureLine, lastLine, worstVerdict } from './support/report.ts';
import { describeSurroundings } from './support/surroundings.ts';

// npm run bench [-- R1 R2 …] [--seconds N] [--rounds N] [--quick]: measures what quality.md 1 says, as ratios.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string' }, rounds: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const belongings = new Belongings();
const context: BenchContext = {
  owns: (giveBack) => {
    belongings.owns(giveBack);
  },
  isQuick: values.quick,
  seconds: numberOf('seconds', values.seconds ?? (values.quick ? '0.3' : '3')),
  rounds: numberOf('rounds', values.rounds ?? (values.quick ? '1' : '5')),
  say: (line) => {
    print(`   ${line}`);
  },
};
if (context.rounds < 5 && !context.isQuick) throw new Error('--rounds is five at least: fewer say little.');
const wanted = choose(positionals);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void giveUp(`ended by ${signal}`));
process.once('uncaughtException', (error) => void giveUp(error.stack ?? error.message));
await describeSurroundings(
  print,
  wanted.some((bench) => bench.usesTemporal === true),
);
const lastLines: string[] = [];
let failures = 0;
for (const bench of wanted) failures += (await measure(bench)) ? 0 : 1;
if (wanted.length > 1) print(`\n${lastLines.join('\n')}`);
// What a bench that failed has left open does not keep the command waiting.
process.exit(failures === 0 ? 0 : 1);

/** Whether the bench was right and its floor reached; a quick one is only asked to be right. */
async function measure(bench: Bench): Promise<boolean> {
  print(`\n${bench.id}  ${bench.title}`);
  const startedAt = performance.now();
  try {
    const figures = await bench.run(context);
    context.say(`took ${((performance.now() - startedAt) / 1_000).toFixed(1)} s`);
    if (figures.length > 1) for (const figure of figures) context.say(figureLine(bench.id, figure));
    const line = lastLine(bench.id, figures);
    lastLines.push(context.isQuick ? line.replace(/\w+$/, 'UNJUDGED') : line);
    print(lastLines.at(-1) ?? '');
    return context.isQuick || worstVerdict(figures) !== 'FAIL';
  } catch (error) {
    lastLines.push(`${bench.id} FAIL ${error instanceof Error ? error.message : String(error)}`);
    print(error instanceof Error ? (error.stack ?? '') : '');
    print(lastLines.at(-1) ?? '');
    return false;
  } finally {
    for (const failure of await belongings.giveBack()) print(`   could not be given back: ${String(failure)}`);
  }
}

/** Whatever ends the command, nothing that it started stays. */
async function giveUp(why: string): Promise<void> {
  print(why);
  await belongings.giveBack();
  process.exit(1);
}

function choose(ids: readonly string[]): readonly Bench[] {
  const unknown = ids.filter((id) => !benches.some((bench) => bench.id === id));
  if (unknown.length > 0) {
    throw new Error(`There is no ${unknown.join(', ')}; there are ${benches.map(({ id }) => id).join(', ')}.`);
  }
  return ids.length === 0 ? benches : benches.filter(({ id }) => ids.includes(id));
}

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new Error(`--${name} must be above zero, not '${text}'.`);
  return number;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
