import { join } from 'node:path';
import { startChild } from '../workers/demo/child-process.ts';
import type { Bench } from './contract.ts';
import { alternate, type Side } from './support/rounds.ts';
import { median } from './support/statistics.ts';
import { openSystem } from './support/system.ts';
import { benchFolder } from './support/workflow-bundle.ts';

/**
 * From the moment its modules are loaded to its readiness. Loading them takes the same on both sides and has nothing to
 * do with the bundle; the whole time, as an operator waits for it after a deployment, is printed beside it.
 */
export const workerStart: Bench = {
  id: 'R18',
  title: 'worker ready with a bundle made beforehand, against bundling at its start',
  usesTemporal: true,
  async run(context) {
    const system = await openSystem(context, { readers: 1, without: ['worker', 'jobs'] });
    const { WORKFLOW_BUNDLE: bundle = '', ...bundling } = system.env;
    const ours = starting('bundle made beforehand', { ...bundling, WORKFLOW_BUNDLE: bundle });
    const theirs = starting('bundling at start', bundling);
    const { ratio } = await alternate(context, { ours, theirs, unit: 'ms until ready' });
    for (const side of [ours, theirs])
      context.say(`${side.name}: ${side.wholeMs().toFixed(0)} ms from the start of the process`);
    return [{ unit: 'time', value: ratio, goal: 0.2, floor: 0.4, better: 'less' }];
  },
};

function starting(name: string, env: Readonly<Record<string, string>>): Side & { wholeMs(): number } {
  const wholeMs: number[] = [];
  return {
    name,
    wholeMs: () => median(wholeMs),
    run: async () => {
      const startedAt = performance.now();
      const logFile = join(benchFolder, 'starting-worker.log');
      const worker = await startChild({ name: 'worker', program: 'workers/temporal.ts', logFile, env });
      wholeMs.push(performance.now() - startedAt);
      await worker.stop();
      return worker.startedInMs;
    },
  };
}
