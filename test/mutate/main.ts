import { copyCheckout, type Copy } from './copy.ts';
import { runJest, type JestRun } from './jest-run.ts';
import { mutations, type Mutation } from './mutations.ts';

// npm run mutate [-- word …]: breaks money lines one by one in a copy; the tests that each one names must then fail.

type Verdict = 'killed' | 'SURVIVED' | 'UNLOADABLE';

const words = process.argv.slice(2);
const chosen = mutations.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) throw new Error(`No mutation has ${words.join(' or ')} in its name.`);
const copy = copyCheckout();
process.on('SIGTERM', () => {
  copy.remove();
  process.exit(143);
});
try {
  process.exitCode = (await standsWhole(copy)) && (await breakAll(copy)) ? 0 : 1;
} finally {
  copy.remove();
}

/** Without anything broken every test passes, or a failure would prove nothing. */
async function standsWhole({ folder }: Copy): Promise<boolean> {
  const tests = [...new Set(chosen.flatMap((mutation) => mutation.tests))];
  const run = await runJest(folder, { tests });
  const troubles = [...run.failed, ...run.unloadable, ...(run.timedOut ? ['the tests took too long'] : [])];
  say(`${tests.length} test files with nothing broken: ${run.passed} passed, ${troubles.length} failed`);
  for (const trouble of troubles) say(`    ${trouble}`);
  return troubles.length === 0;
}

async function breakAll(where: Copy): Promise<boolean> {
  const survivors: Mutation[] = [];
  for (const mutation of chosen) {
    if ((await breakOne(where, mutation)) !== 'killed') survivors.push(mutation);
  }
  for (const { name, file, tests } of survivors) say(`no test of ${tests.join(', ')} sees that ${name} (${file})`);
  say(`${chosen.length} mutations, ${chosen.length - survivors.length} killed, ${survivors.length} survived`);
  return survivors.length === 0;
}

async function breakOne(where: Copy, mutation: Mutation): Promise<Verdict> {
  const began = performance.now();
  const mend = where.breakLine(mutation);
  try {
    const run = await runJest(where.folder, mutation);
    const verdict = judge(run);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    say(`${verdict}  ${mutation.name}  ${run.failed.length} failed, ${run.passed} passed  ${seconds} s`);
    say(
      `    ${run.failed[0] ?? run.unloadable[0] ?? (run.timedOut ? 'the tests took too long' : 'every test passed')}`,
    );
    return verdict;
  } finally {
    mend();
  }
}

function judge(run: JestRun): Verdict {
  if (run.failed.length > 0 || run.timedOut) return 'killed';
  return run.unloadable.length > 0 ? 'UNLOADABLE' : 'SURVIVED';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
