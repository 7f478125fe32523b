import { pino, type Logger as PinoLogger } from 'pino';

export type Logger = PinoLogger;

/** Paths whose values never reach a log, wherever they occur (design.md 7). */
const secretPaths = ['authorization', 'client_secret', 'secret', 'registrationCode', 'email', 'idempotencyKey'];

/** Takes secrets out of what is logged. */
export const redaction = {
  redact: { paths: secretPaths.flatMap((path) => [path, `*.${path}`, `*.*.${path}`]), censor: '[redacted]' },
};

/** JSON lines with secrets taken out; `base` names the process. */
export function createLogger(level: string, base: Readonly<Record<string, unknown>>): Logger {
  return pino({ level, base: { ...base }, timestamp: pino.stdTimeFunctions.isoTime, ...redaction });
}
