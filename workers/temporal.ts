import { createTemporalWorker } from './temporal-worker.ts';
import { loadConfig } from '../src/config.ts';
import { serve } from './process.ts';

// The workflows of the counter and their hot activities, on one queue and worker so that activities start eagerly.
await serve('temporal worker', () => createTemporalWorker(loadConfig()));
