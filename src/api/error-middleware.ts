import type { Context, Middleware, Next } from 'koa';
import { z } from 'zod';
import { DomainError } from '../domain/errors.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { ProcessorSilence } from '../domain/processor-silence.ts';
import type { Logger } from './operations/logger.ts';
import { problem, type FieldProblem, type Problem } from './problems.ts';
import { temporalSilence } from './update-calls.ts';

/** Seconds after which a caller may try again when something of ours is away. */
const retryAfterSeconds = 2;

/**
 * Turns whatever was thrown into a problem: a refusal into its code and status, a malformed request into its fields, an
 * absent database into 503, and anything else into 500 with nothing but the request's id.
 */
export function errorMiddleware(log: Logger): Middleware {
  return async (ctx: Context, next: Next) => {
    try {
      await next();
      const nothing = unserved(ctx);
      if (nothing !== undefined) send(ctx, nothing);
    } catch (error) {
      const requestId = String(ctx.state['requestId']);
      const answer = problemFor(error, requestId);
      if (answer.status >= 500) log.error({ err: error, requestId, code: answer.code }, 'request failed');
      const wait = waitOf(answer);
      if (wait !== undefined) ctx.set('Retry-After', String(wait));
      if (answer.status === 401) ctx.set('WWW-Authenticate', 'Bearer realm="tillflow"');
      send(ctx, answer);
    }
  };
}

/** The problem that describes `error` to a caller. */
export function problemFor(error: unknown, requestId: string): Problem {
  if (error instanceof z.ZodError) {
    return problem('invalid_request', 'The request does not fit the schema.', { errors: fieldProblems(error) });
  }
  if (error instanceof DomainError) return problem(error.code, error.message, error.details);
  if (error instanceof ProcessorSilence)
    return problem('temporarily_unavailable', 'The processor does not answer; repeat the request.');
  if (error instanceof ProcessorRefusal)
    return problem('processor_refused', error.message, { processorCode: error.code });
  if (isMalformedUri(error)) return problem('invalid_json', 'The address cannot be decoded.');
  if (isAway(error) || temporalSilence(error) !== undefined)
    return problem('temporarily_unavailable', 'A part of the system is away; repeat the request.');
  return problem('internal_error', 'The error was recorded under the request id.', { requestId });
}

/** Each place at which a request does not fit, an unknown field by its own name. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [fieldProblem(path, issue.code, issue.message)];
    return issue.keys.map((key) => fieldProblem([...path, key], 'unknown_field', 'is not a known field'));
  });
}

function fieldProblem(path: readonly string[], code: string, message: string): FieldProblem {
  return { field: path.join('.'), code, message };
}

/** Seconds until another try makes sense. */
function waitOf(answer: Problem): number | undefined {
  const asked = answer['retryAfterSeconds'];
  if (typeof asked === 'number') return asked;
  return answer.status === 503 ? retryAfterSeconds : undefined;
}

/** What the router left without an answer: an unknown address, or a method that it does not take there. */
function unserved(ctx: Context): Problem | undefined {
  if (ctx.body !== undefined && ctx.body !== null) return undefined;
  if (ctx.status === 404) return problem('not_found', 'There is nothing at this address.');
  const refused = ctx.status === 405 || ctx.status === 501;
  return refused ? problem('method_not_allowed', 'This address does not take this method.') : undefined;
}

function send(ctx: Context, answer: Problem): void {
  ctx.status = answer.status;
  ctx.body = JSON.stringify(answer);
  ctx.type = 'application/problem+json';
}

function isMalformedUri(error: unknown): boolean {
  return error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
}

const awayCodes = new Set<unknown>([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
  'ER_CON_COUNT_ERROR',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
]);

/** Whether the database could not be reached, asked for the same again, or lost the connection (`fatal`). */
function isAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  return ('code' in error && awayCodes.has(error.code)) || ('fatal' in error && error.fatal === true);
}
