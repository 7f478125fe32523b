import type { Decline } from '../declines.ts';

/** What an error body may carry (terminal.md 5.1-4). */
export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  message: string;
  code?: string;
  param?: string;
  decline_code?: string;
  charge?: string;
  doc_url?: string;
  payment_intent?: object;
  payment_method?: object;
  setup_intent?: object;
}

/**
 * An answer that is an error. `kept` says whether it is stored under the idempotency key: what is found before execution
 * begins (parameters, keys, unknown ids) is not (terminal.md 4.10).
 */
export class ApiError extends Error {
  readonly status: number;
  readonly body: ErrorBody;
  readonly kept: boolean;

  constructor(status: number, body: ErrorBody, kept: boolean) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.body = body.code === undefined ? body : { ...body, doc_url: documentation(body.code) };
    this.kept = kept;
  }
}

export function documentation(code: string): string {
  return `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`;
}

/** A parameter is wrong: 400, nothing executed. */
export function invalidParameter(param: string, message: string, code?: string): ApiError {
  return new ApiError(
    400,
    { type: 'invalid_request_error', message, param, ...(code === undefined ? {} : { code }) },
    false,
  );
}

export function missingParameter(param: string): ApiError {
  return invalidParameter(param, `Missing required param: ${param}.`, 'parameter_missing');
}

/** 404 for an id that this account does not have, whether in the path or in a parameter. */
export function noSuch(noun: string, id: string, param: string): ApiError {
  const message = `No such ${noun}: '${id}'`;
  return new ApiError(404, { type: 'invalid_request_error', code: 'resource_missing', message, param }, false);
}

/** 400 for an object that a parameter names and this account does not have. */
export function noSuchReference(noun: string, id: string, param: string): ApiError {
  return invalidParameter(param, `No such ${noun}: '${id}'`, 'resource_missing');
}

/** 402: the card was refused; kept under the idempotency key (terminal.md 4.10). */
export function cardError({ code, declineCode, message }: Decline, extra: Partial<ErrorBody> = {}): ApiError {
  return new ApiError(402, { type: 'card_error', code, decline_code: declineCode, message, ...extra }, true);
}

/** The request was understood and refused for the state something is in: 400, kept under the idempotency key. */
export function refusal(code: string, message: string, extra: Partial<ErrorBody> = {}): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', code, message, ...extra }, true);
}

/** A refusal Stripe has published no code for. */
export function plainRefusal(message: string): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message }, true);
}

export function unauthorized(message: string): ApiError {
  return new ApiError(401, { type: 'invalid_request_error', message }, false);
}

export function forbidden(code: string, message: string): ApiError {
  return new ApiError(403, { type: 'invalid_request_error', code, message }, false);
}
