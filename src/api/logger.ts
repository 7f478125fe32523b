import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Paths whose values never reach a log, wherever they occur (design.md 7). */
const secretPaths = ['authorization', 'client_secret', 'secret', 'registrationCode', 'email', 'idempotencyKey'];

/** JSON lines with secrets taken out; `base` names the process. */
export function createLogger(level: string, base: Readonly<Record<string, unknown>>): Logger {
  return pino({
    level,
    base: { ...base },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretPaths.flatMap((path) => [path, `*.${path}`, `*.*.${path}`]), censor: '[redacted]' },
  });
}
