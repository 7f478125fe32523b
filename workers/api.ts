import { loadConfig } from '../src/config.ts';
import { createApiServer } from './api-server.ts';
import { serve } from './process.ts';

// The HTTP API on one port, and what operators look at on another (decisions D55).
await serve('api', () => createApiServer(loadConfig()));
