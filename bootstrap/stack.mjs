import { SetupFailure } from './failure.mjs';
import { runProgram } from './interruption.mjs';
import { createProgress, tableLine } from './progress.mjs';
import { bringUp, inspect, reset, takeDown } from './stack-control.mjs';

const commands = {
  /** Starts what does not run yet; the servers stay when this program ends. */
  async up(context) {
    await bringUp({ ...context, withStripeMock: true, keep: true });
    context.progress.say('\n  The stack is up and stays up. End it with: npm run stack -- down');
  },

  async down(context) {
    const stopped = await takeDown(context);
    if (stopped.length === 0) context.progress.say('  Nothing was running.');
  },

  async reset(context) {
    await reset(context);
    context.progress.say('  Stopped, and the data folders are deleted.');
  },

  /** Exit code 0 when everything is there, 3 when something is not. */
  async status({ progress }) {
    const found = await inspect();
    for (const { name, record, state } of found) {
      const process = record?.pid ? `pid ${record.pid}` : '';
      progress.say(tableLine(state, record?.title ?? name, record?.where ?? '', process));
    }
    const ui = found.find(({ name }) => name === 'temporal')?.record?.uiUrl;
    if (ui) progress.say(`\n  Temporal UI  ${ui}`);
    return found.every(({ state }) => state === 'ready' || state === 'external') ? 0 : 3;
  },
};

await runProgram(async ({ signal }) => {
  const name = process.argv[2] ?? 'status';
  if (!Object.hasOwn(commands, name)) {
    throw new SetupFailure(`There is no "${name}".`, { advice: ['npm run stack -- up | down | status | reset'] });
  }
  const progress = createProgress();
  try {
    return await commands[name]({ progress, signal });
  } finally {
    progress.end();
  }
});
