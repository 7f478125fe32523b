import { handOver } from './command.mjs';
import { provideDependencies } from './dependencies.mjs';
import { runProgram } from './interruption.mjs';
import { findNode, nodeEnvironment } from './node-runtime.mjs';
import { checkout } from './paths.mjs';
import { createProgress } from './progress.mjs';
import { bringUp, letGo } from './stack-control.mjs';
import { useStack } from './stack-users.mjs';
import { together } from './together.mjs';

/**
 * Brings up the packages and the stack, hands over to a program of ours that finds the stack by `stack.json`, and
 * takes down what was brought up unless somebody else works with it.
 * @param {string} name how the command is called, for others who share the stack
 * @param {string[]} args the program and its arguments, from the root of the checkout
 */
export async function runOnStack(name, args) {
  await runProgram(async (interruption) => {
    const endUse = useStack(name);
    try {
      await withProgress((progress) =>
        together(interruption.signal, [
          (abort) => bringUp({ progress, signal: abort }),
          (abort) => provideDependencies({ progress, signal: abort }),
        ]),
      );
      return await handOver(findNode(), args, { cwd: checkout, env: nodeEnvironment(), interruption });
    } finally {
      endUse();
      await withProgress((progress) => letGo({ progress }));
    }
  });
}

async function withProgress(work) {
  const progress = createProgress();
  try {
    return await work(progress);
  } finally {
    progress.end();
  }
}
