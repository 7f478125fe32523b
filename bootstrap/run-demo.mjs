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

/**
 * Brings everything up, runs a demo with the stack in its environment, and takes down what was brought up.
 * @param {string} name how the command is called, for others who share the stack
 * @param {string[]} args the program and its arguments, from the root of the checkout
 */
export async function runDemo(name, args) {
  await runProgram(async (interruption) => {
    const endUse = useStack(name);
    try {
      const stack = await prepare(interruption.signal);
      return await handOver(findNode(), args, {
        cwd: checkout,
        env: nodeEnvironment({ ...process.env, ...stackEnvironment(stack) }),
        interruption,
      });
    } finally {
      endUse();
      await leave();
    }
  });
}

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
