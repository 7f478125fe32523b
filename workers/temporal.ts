import { pino } from 'pino';
import { loadConfig } from '../src/config.ts';
import { serve } from './process.ts';
import { installRuntime } from './temporal-runtime.ts';
import { createTemporalWorker } from './temporal-worker.ts';

// The workflows of the counter and their hot activities, on one queue and worker so that activities start eagerly.
await serve('temporal worker', async () => {
  const config = loadConfig();
  const options = { level: config.LOG_LEVEL, base: { process: 'worker' }, timestamp: pino.stdTimeFunctions.isoTime };
  installRuntime(config, pino(options));
  return createTemporalWorker(config);
});
