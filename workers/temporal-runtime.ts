import { DefaultLogger, Runtime, type LogLevel } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { Config } from '../src/config.ts';

/** The SDK's runtime, once per process and before any worker: its log joins ours, its metrics get a port. */
export function installRuntime(config: Config, log: Logger): void {
  const logger = new DefaultLogger('INFO', ({ level, message, meta }) => {
    log[pinoLevels[level]]({ ...meta }, message);
  });
  if (config.WORKER_METRICS_PORT === undefined) {
    Runtime.install({ logger });
    return;
  }
  const bindAddress = `${config.ADMIN_HOST}:${config.WORKER_METRICS_PORT}`;
  const prometheus = { bindAddress, countersTotalSuffix: true, unitSuffix: true };
  Runtime.install({ logger, telemetryOptions: { metrics: { prometheus } } });
}

const pinoLevels = {
  TRACE: 'trace',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
} as const satisfies Record<LogLevel, string>;
