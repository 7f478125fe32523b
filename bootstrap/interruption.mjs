/* global AbortController */
import { describeFailure, Interrupted, SetupFailure } from './failure.mjs';
import { parentOf } from './process-identity.mjs';

const exitCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
// A Ctrl-C reaches us twice: from the terminal, and forwarded by npm. Only a later one is impatience.
const sameKeystrokeMs = 700;

/**
 * Runs a program's main function with an AbortSignal that Ctrl-C, SIGTERM, a closed terminal or the end of the npm
 * that started us aborts. The function cleans up after itself and returns the exit code.
 * @param {(interruption: { signal: AbortSignal, onImpatience: (act: () => void) => void }) => Promise<number | void>} main
 */
export async function runProgram(main) {
  // A reader that goes away (`npm start | head`) is no reason to leave servers behind.
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
  const interruption = listenForInterruption();
  try {
    assertNodeIsNewEnough();
    process.exitCode = (await main(interruption)) ?? 0;
  } catch (error) {
    const interrupted = interruption.signal.aborted ? interruption.signal.reason : undefined;
    if (!interrupted) process.stderr.write(describeFailure(error));
    process.exitCode = interrupted ? exitCodes[interrupted.signal] : 1;
  } finally {
    interruption.stop();
  }
}

function assertNodeIsNewEnough() {
  if (Number(process.versions.node.split('.')[0]) >= 20) return;
  throw new SetupFailure(`This is Node ${process.versions.node}; the set-up needs Node 20 or newer.`, {
    advice: ['Install a current Node: https://nodejs.org'],
  });
}

function listenForInterruption() {
  const controller = new AbortController();
  let firstAt = 0;
  let impatient = () => {};
  const hear = (signal) => {
    if (controller.signal.aborted) {
      if (Date.now() - firstAt > sameKeystrokeMs) impatient();
      return;
    }
    firstAt = Date.now();
    controller.abort(new Interrupted(signal));
  };
  const signals = Object.keys(exitCodes);
  for (const signal of signals) process.on(signal, hear);
  const parentWatch = watchParents(() => hear('SIGHUP'));
  return {
    signal: controller.signal,
    onImpatience: (act) => {
      impatient = act;
    },
    stop: () => {
      clearInterval(parentWatch);
      for (const signal of signals) process.off(signal, hear);
    },
  };
}

/** npm runs us through a shell, and either may die without a word to us; then nobody is left to stop us. */
function watchParents(onGone) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const parents = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const first = parents();
  const watch = setInterval(() => {
    if (parents() !== first) onGone();
  }, 1000);
  watch.unref();
  return watch;
}
