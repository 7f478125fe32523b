// npm run verify [-- --database URL]: proves the book of a database, the running stack's unless another one is named.
import { handOver } from './command.mjs';
import { provideDependencies } from './dependencies.mjs';
import { SetupFailure } from './failure.mjs';
import { runProgram } from './interruption.mjs';
import { findNode, nodeEnvironment } from './node-runtime.mjs';
import { checkout } from './paths.mjs';
import { createProgress } from './progress.mjs';
import { readStack } from './stack-state.mjs';

await runProgram(async (interruption) => {
  const progress = createProgress();
  try {
    await provideDependencies({ progress, signal: interruption.signal });
  } finally {
    progress.end();
  }
  const args = process.argv.slice(2);
  return handOver(findNode(), ['workers/verify.ts', ...args], {
    cwd: checkout,
    env: nodeEnvironment({ ...process.env, ...databaseFor(args) }),
    interruption,
  });
});

function databaseFor(args) {
  const named = process.env.DATABASE_URL || args.some((arg) => /^--database(=|$)/.test(arg));
  if (named) return {};
  const stack = readStack();
  if (stack) return { DATABASE_URL: stack.databaseUrl };
  throw new SetupFailure('Which database? The stack is not up, and no other one is named.', {
    advice: [
      'npm run stack -- up',
      'or npm run verify -- --database mariadb://user:password@host:3306/tillflow',
      'or set DATABASE_URL',
    ],
  });
}
