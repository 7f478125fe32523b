import { loadConfig } from '../src/config.ts';
import { createJobsProcess } from './jobs-process.ts';
import { serve } from './process.ts';

// Work that may be late and can be rebuilt from a row: dispatch of events, sweeps, the sealing of the book.
await serve('jobs worker', () => createJobsProcess(loadConfig()));
