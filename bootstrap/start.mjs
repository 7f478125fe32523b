// npm start: brings everything up, runs a sale, serves until Ctrl-C, and takes down what was brought up.
import { handOver } from './command.mjs';
import { provideDependencies } from './dependencies.mjs';
import { runProgram } from './interruption.mjs';
import { findNode, nodeEnvironment } from './node-runtime.mjs';
import { checkout } from './paths.mjs';
import { createProgress } from './progress.mjs';
import { bringUp, letGo } from './stack-control.mjs';
import { stackEnvironment } from './stack-state.mjs';
import { useStack } from './stack-users.mjs';
import { together } from './together.mjs';

await runProgram(async (interruption) => {
  const endUse = useStack('npm start');
  try {
    const stack = await prepare(interruption.signal);
    return await handOver(findNode(), ['workers/demo.ts', ...process.argv.slice(2)], {
      cwd: checkout,
      env: nodeEnvironment({ ...process.env, ...stackEnvironment(stack) }),
      interruption,
    });
  } finally {
    endUse();
    await leave();
  }
});

async function prepare(signal) {
  const progress = createProgress();
  try {
    const [stack] = await together(signal, [
      (abort) => bringUp({ progress, signal: abort }),
      (abort) => provideDependencies({ progress, signal: abort }),
    ]);
    return stack;
  } finally {
    progress.end();
  }
}

/** Deaf to further interruptions: what was brought up is taken down. */
async function leave() {
  const progress = createProgress();
  try {
    await letGo({ progress });
  } finally {
    progress.end();
  }
}
