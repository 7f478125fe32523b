import { z } from 'zod';
import type { Fault } from '../ports.ts';
import {
  badGatewayPage,
  errorBody,
  forbidden,
  lockTimeout,
  rateLimited,
  readerErrors,
  serverError,
  unauthorized,
  type ReaderErrorCode,
  type WireError,
} from './error-bodies.ts';

const whole = z.number().int();
const match = {
  method: z.enum(['GET', 'POST', 'DELETE']).optional(),
  /** For example `/v1/payment_intents/:id/capture`, `/v1/terminal/readers/**`, or a path as it is. */
  path: z.string().default('*'),
  account: z.string().optional(),
  nth: whole.positive().optional(),
  probability: z.number().min(0).max(1).optional(),
  seed: whole.optional(),
  times: whole.positive().optional(),
};
const serverStatus = z.union([z.literal(500), z.literal(502), z.literal(503), z.literal(504)]).default(500);
const shouldRetry = z.boolean().optional();
const readerMatch = {
  ...match,
  method: z.literal('POST').default('POST'),
  path: z.string().default('/v1/terminal/readers/:id/process_payment_intent'),
};

/** A fault rule as the control plane accepts it: one row of terminal.md 5.8 and what it matches. */
export const faultRuleInput = z.discriminatedUnion('preset', [
  /** With `retryAfterSeconds` it says when to come back. */
  z.strictObject({
    ...match,
    preset: z.literal('rate_limit'),
    shouldRetry,
    retryAfterSeconds: whole.positive().optional(),
  }),
  z.strictObject({ ...match, preset: z.literal('lock_timeout'), shouldRetry }),
  z.strictObject({ ...match, preset: z.literal('server_error_before'), status: serverStatus, shouldRetry }),
  z.strictObject({ ...match, preset: z.literal('server_error_after'), status: serverStatus, shouldRetry }),
  z.strictObject({ ...match, preset: z.literal('bad_gateway_html'), executed: z.boolean().default(false) }),
  z.strictObject({ ...match, preset: z.literal('reset_before') }),
  z.strictObject({ ...match, preset: z.literal('execute_then_reset') }),
  z.strictObject({ ...match, preset: z.literal('truncate') }),
  z.strictObject({ ...match, preset: z.literal('latency'), ms: whole.positive() }),
  z.strictObject({ ...match, preset: z.literal('unauthorized') }),
  z.strictObject({ ...match, preset: z.literal('forbidden') }),
  /** `received`: the reader did get the command, although the API says that it timed out (terminal.md 4.5). */
  z.strictObject({
    ...readerMatch,
    preset: z.literal('terminal_reader_timeout'),
    received: z.boolean().default(false),
  }),
  z.strictObject({ ...readerMatch, preset: z.literal('terminal_reader_offline') }),
  z.strictObject({ ...readerMatch, preset: z.literal('terminal_reader_busy') }),
  z.strictObject({ ...readerMatch, preset: z.literal('terminal_reader_hardware_fault') }),
]);

export type FaultRuleInput = z.infer<typeof faultRuleInput>;
export type FaultPreset = FaultRuleInput['preset'];
/** What a caller may say about a rule of one preset. */
export type FaultOptions<P extends FaultPreset> = Omit<
  Extract<z.input<typeof faultRuleInput>, { preset: P }>,
  'preset'
>;
type InputOf<P extends FaultPreset> = Extract<FaultRuleInput, { preset: P }>;

/** One function per row of terminal.md 5.8: what is executed, what is stored under the key, what the client sees. */
export const faultPresets: { [P in FaultPreset]: (input: InputOf<P>) => Fault } = {
  rate_limit: ({ shouldRetry: retry, retryAfterSeconds }) => rateLimitFault({ retry, retryAfterSeconds }),
  lock_timeout: ({ shouldRetry: retry }) => refusal(429, lockTimeout, retryHeader(retry)),
  server_error_before: ({ status, shouldRetry: retry }) => refusal(status, serverError, retryHeader(retry)),
  server_error_after: ({ status, shouldRetry: retry }) => ({
    ...refusal(status, serverError, retryHeader(retry)),
    executed: true,
    stored: 'fault',
  }),
  bad_gateway_html: ({ executed }) => ({
    kind: 'respond',
    status: 502,
    body: badGatewayPage,
    contentType: 'text/html',
    executed,
    stored: 'none',
  }),
  reset_before: () => ({ kind: 'reset', executed: false, stored: 'none' }),
  execute_then_reset: () => ({ kind: 'reset', executed: true, stored: 'result' }),
  truncate: () => ({ kind: 'truncate' }),
  latency: ({ ms }) => ({ kind: 'delay', ms }),
  unauthorized: () => refusal(401, unauthorized),
  forbidden: () => refusal(403, forbidden),
  terminal_reader_timeout: ({ preset, received }) => ({ ...readerRefusal(preset), executed: received }),
  terminal_reader_offline: ({ preset }) => readerRefusal(preset),
  terminal_reader_busy: ({ preset }) => readerRefusal(preset),
  terminal_reader_hardware_fault: ({ preset }) => readerRefusal(preset),
};

/** The 429 that both the rule and the token bucket answer. Without the header the official client does not retry. */
export function rateLimitFault(
  wish: { readonly retry?: boolean | undefined; readonly retryAfterSeconds?: number | undefined } = {},
): Fault {
  const { retry, retryAfterSeconds: seconds } = wish;
  const pause = seconds === undefined ? {} : { 'Retry-After': String(seconds) };
  return refusal(429, rateLimited, { 'Stripe-Rate-Limited-Reason': 'global-rate', ...pause, ...retryHeader(retry) });
}

type Response = Extract<Fault, { kind: 'respond' }>;

function refusal(status: number, error: WireError, headers: Record<string, string> = {}): Response {
  return { kind: 'respond', status, headers, body: errorBody(error), executed: false, stored: 'none' };
}

/** Stored, so that a retry with the same key gets the same answer and only a new key is a new attempt (terminal.md 4.10). */
function readerRefusal(code: ReaderErrorCode): Response {
  return { ...refusal(400, { type: 'invalid_request_error', code, message: readerErrors[code] }), stored: 'fault' };
}

function retryHeader(retry: boolean | undefined): Record<string, string> {
  return retry === undefined ? {} : { 'Stripe-Should-Retry': String(retry) };
}
