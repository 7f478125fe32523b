// npm test: brings up what the tests need, runs the static checks and every suite, and counts. With arguments, only jest.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { handOver } from './command.mjs';
import { provideDependencies } from './dependencies.mjs';
import { runProgram } from './interruption.mjs';
import { findNode, nodeEnvironment } from './node-runtime.mjs';
import { checkout, stateFolder } from './paths.mjs';
import { readJson } from './processes.mjs';
import { createProgress } from './progress.mjs';
import { bringUp, keepUp, letGo } from './stack-control.mjs';
import { useStack } from './stack-users.mjs';
import { runStaticChecks } from './static-checks.mjs';
import { summarize } from './test-results.mjs';
import { together } from './together.mjs';

const jestArguments = process.argv.slice(2);
const everything = jestArguments.length === 0;
const isContinuousIntegration = process.env.CI === 'true';

await runProgram(async (interruption) => {
  const outcome = await testWithStack(interruption);
  for (const remark of outcome.remarks) console.log(remark);
  console.log(`\n${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`);
  return outcome.failed === 0 ? 0 : 1;
});

async function testWithStack(interruption) {
  const endUse = useStack('npm test');
  try {
    const failedChecks = await prepare(interruption.signal);
    const outcome = summarize(...(await runJest(interruption, failedChecks)));
    interruption.signal.throwIfAborted();
    // The next run begins within seconds. After an interruption, and where nobody comes back, nothing stays.
    if (!isContinuousIntegration) await withProgress((progress) => keepUp({ progress }));
    return outcome;
  } finally {
    endUse();
    await withProgress((progress) => letGo({ progress }));
  }
}

/** The stack, the packages and the checks; returns the names of the checks that failed. */
function prepare(signal) {
  return withProgress(async (progress) => {
    const [, failedChecks] = await together(signal, [
      (abort) => bringUp({ progress, signal: abort, withStripeMock: true }),
      async (abort) => {
        await provideDependencies({ progress, signal: abort });
        return everything ? runStaticChecks({ progress, signal: abort }) : [];
      },
    ]);
    return failedChecks;
  });
}

async function runJest(interruption, failedChecks) {
  // What is claimed of the whole suite is read from the first file, so that a part of it must not stand there.
  const file = join(stateFolder, everything ? 'test-results.json' : 'test-results.partial.json');
  rmSync(file, { force: true });
  const jest = join(checkout, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = [jest, '--maxWorkers=2', '--json', `--outputFile=${file}`, ...jestArguments];
  const exitCode = await handOver(findNode(), args, { cwd: checkout, env: nodeEnvironment(), interruption });
  return [readJson(file), { exitCode, failedChecks }];
}

async function withProgress(work) {
  const progress = createProgress();
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
