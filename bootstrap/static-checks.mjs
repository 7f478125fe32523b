import { run } from './command.mjs';
import { nodeEnvironment } from './node-runtime.mjs';
import { checkout } from './paths.mjs';
import { duration, tableLine } from './progress.mjs';

// The longest first; two at a time, as on the smallest machine.
const checks = [
  { name: 'lint', script: 'check:lint' },
  { name: 'types', script: 'check:types' },
  { name: 'format', script: 'check:format' },
  { name: 'imports', script: 'check:imports' },
];
const atOnce = 2;

/**
 * Runs the four parts of `npm run check` and tells each with its time; the words of a check are shown when it fails.
 * @param {{ progress: object, signal: AbortSignal }} context
 * @returns {Promise<string[]>} the names of those that failed
 */
export async function runStaticChecks({ progress, signal }) {
  const waiting = [...checks];
  const failed = [];
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      if (!(await runCheck(check, { progress, signal }))) failed.push(check.name);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed;
}

async function runCheck({ name, script }, { progress, signal }) {
  const step = progress.begin(name, `npm run ${script}`);
  const since = performance.now();
  const { code, output } = await run('npm', ['run', '--silent', script], {
    cwd: checkout,
    env: nodeEnvironment(),
    signal,
  });
  if (code === 0) {
    step.done(name, '', 'passed');
    return true;
  }
  step.drop();
  const words = output.trimEnd().replace(/^/gm, '    ');
  progress.say(`${tableLine('FAILED', name, `npm run ${script}`, duration(performance.now() - since))}\n${words}\n`);
  return false;
}
