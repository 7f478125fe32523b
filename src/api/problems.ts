import type { DomainErrorCode } from '../domain/errors.ts';
import type { SaleRefusalCode } from '../domain/sale-snapshot.ts';

/** Every code a problem can have; stable and public. */
export type ProblemCode = DomainErrorCode | SaleRefusalCode | 'internal_error';

/** What is wrong with one field of the request; `field` is its path, such as `amount.currency`. */
export interface FieldProblem {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** A problem as RFC 9457 has it, with our stable `code` and whatever else the caller needs. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** The status of each refusal (decisions D52). Total, so that a new code cannot be forgotten. */
export const problemStatus: Readonly<Record<ProblemCode, number>> = {
  amount_out_of_range: 422,
  authorization_exceeded: 422,
  bank_details_refused: 422,
  conflict: 409,
  consent_missing: 403,
  currency_mismatch: 422,
  currency_unsupported: 422,
  fee_out_of_range: 422,
  fees_not_set: 409,
  float_out_of_range: 422,
  forbidden: 403,
  idempotency_key_in_progress: 409,
  idempotency_key_malformed: 400,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  internal_error: 500,
  invalid_json: 400,
  invalid_request: 422,
  iou_state_conflict: 409,
  method_not_allowed: 405,
  not_found: 404,
  not_the_debtor: 403,
  own_transaction: 403,
  payload_too_large: 413,
  processor_refused: 409,
  rate_limited: 429,
  reader_busy: 409,
  reader_error: 409,
  reader_in_use: 409,
  reader_offline: 409,
  reader_removed: 409,
  reader_timeout: 409,
  refund_refused: 409,
  registration_code_refused: 422,
  sale_state_conflict: 409,
  signature_invalid: 400,
  temporarily_unavailable: 503,
  member_closed: 422,
  organisation_closed: 422,
  organisation_payment_refused: 409,
  organisation_payment_state_conflict: 409,
  override_exists: 409,
  payment_refused: 409,
  payment_state_conflict: 409,
  self_transfer: 422,
  top_up_refused: 409,
  top_up_state_conflict: 409,
  unauthenticated: 401,
  unsupported_media_type: 415,
};

const titles: Readonly<Record<ProblemCode, string>> = {
  amount_out_of_range: 'The amount is out of range',
  authorization_exceeded: 'More than was authorized',
  bank_details_refused: 'The bank details are not valid',
  conflict: 'In conflict with what is there',
  consent_missing: 'The member has not consented',
  currency_mismatch: 'Another currency is in force here',
  currency_unsupported: 'The currency is not supported',
  fee_out_of_range: 'The fee is out of its bounds',
  fees_not_set: 'No fees are set yet',
  float_out_of_range: 'The float is out of its bounds',
  forbidden: 'Not allowed with this key',
  idempotency_key_in_progress: 'A request with this key is still under way',
  idempotency_key_malformed: 'The Idempotency-Key header is malformed',
  idempotency_key_missing: 'The Idempotency-Key header is missing',
  idempotency_key_reused: 'The key was used for another request',
  internal_error: 'Something went wrong on our side',
  invalid_json: 'The request cannot be read',
  invalid_request: 'The request is not valid',
  iou_state_conflict: 'The IOU is in another state',
  method_not_allowed: 'The method is not allowed here',
  not_found: 'Not found',
  not_the_debtor: 'Somebody else owes this',
  own_transaction: 'Your own money needs somebody else',
  payload_too_large: 'The request is too large',
  processor_refused: 'The processor refused',
  rate_limited: 'Too many requests',
  reader_busy: 'The reader is busy',
  reader_error: 'The reader reported an error',
  reader_in_use: 'Another sale holds the reader',
  reader_offline: 'The reader is offline',
  reader_removed: 'The reader was removed',
  reader_timeout: 'The reader did not answer in time',
  refund_refused: 'Nothing was refunded',
  registration_code_refused: 'The registration code was refused',
  sale_state_conflict: 'The sale is in another state',
  signature_invalid: 'The signature is not valid',
  temporarily_unavailable: 'Try again in a moment',
  member_closed: 'The member is closed',
  organisation_closed: 'The organisation is closed',
  organisation_payment_refused: 'The organisation’s payment was refused',
  organisation_payment_state_conflict: 'The organisation’s payment is in another state',
  override_exists: 'The organisation has an override already',
  payment_refused: 'The payment was refused',
  payment_state_conflict: 'The payment is in another state',
  self_transfer: 'Nobody can pay themselves',
  top_up_refused: 'The top-up was refused',
  top_up_state_conflict: 'The top-up is in another state',
  unauthenticated: 'No valid key',
  unsupported_media_type: 'The media type is not supported',
};

/** Makes a problem; `members` are added to it and never replace its own. */
export function problem(code: ProblemCode, detail: string, members: Readonly<Record<string, unknown>> = {}): Problem {
  return {
    ...members,
    type: `urn:tillflow:problem:${code}`,
    title: titles[code],
    status: problemStatus[code],
    code,
    detail,
  };
}
