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
  approval_by_author: 403,
  approval_needs_person: 403,
  approval_not_independent: 403,
  approval_repeated: 409,
  authorization_exceeded: 422,
  bank_details_missing: 409,
  bank_result_duplicate: 409,
  bank_result_foreign: 422,
  bank_result_totals: 422,
  bank_result_unreadable: 422,
  conflict: 409,
  consent_missing: 403,
  correction_refused: 409,
  correction_state_conflict: 409,
  currency_mismatch: 422,
  currency_unsupported: 422,
  difference_not_open: 409,
  fees_not_set: 409,
  forbidden: 403,
  idempotency_key_in_progress: 409,
  idempotency_key_malformed: 400,
  idempotency_key_missing: 400,
  idempotency_key_reused: 422,
  internal_error: 500,
  invalid_json: 400,
  invalid_request: 422,
  iou_state_conflict: 409,
  link_expired: 403,
  member_closed: 422,
  method_not_allowed: 405,
  not_found: 404,
  not_the_debtor: 403,
  nothing_to_pay: 409,
  originator_missing: 409,
  override_out_of_bounds: 422,
  own_transaction: 403,
  payload_too_large: 413,
  payment_refused: 409,
  payment_state_conflict: 409,
  payout_file_refused: 422,
  payout_state_conflict: 409,
  period_not_over: 409,
  period_unknown: 422,
  person_required: 403,
  plan_changed: 409,
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
  self_transfer: 422,
  settlement_state_conflict: 409,
  signature_invalid: 400,
  statement_duplicate: 409,
  statement_refused: 422,
  temporarily_unavailable: 503,
  top_up_refused: 409,
  top_up_state_conflict: 409,
  unauthenticated: 401,
  unsupported_media_type: 415,
  zone_unknown: 422,
};

const titles: Readonly<Record<ProblemCode, string>> = {
  amount_out_of_range: 'The amount is out of range',
  approval_by_author: 'Somebody else has to approve this',
  approval_needs_person: 'Only a person with a token may decide',
  approval_not_independent: 'Somebody else must approve',
  approval_repeated: 'This person has approved already',
  authorization_exceeded: 'More than was authorized',
  bank_details_missing: 'There are no bank details',
  bank_result_duplicate: 'The bank’s file was taken before',
  bank_result_foreign: 'The bank’s file speaks of payments that are not ours',
  bank_result_totals: 'The totals of the bank’s file are wrong',
  bank_result_unreadable: 'The bank’s file cannot be read',
  conflict: 'In conflict with what is there',
  consent_missing: 'The member has not consented',
  correction_refused: 'Nothing was booked',
  correction_state_conflict: 'The correction is in another state',
  currency_mismatch: 'Another currency is in force here',
  currency_unsupported: 'The currency is not supported',
  difference_not_open: 'The difference is not open',
  fees_not_set: 'No fees are set',
  forbidden: 'Not allowed with this key',
  idempotency_key_in_progress: 'A request with this key is still under way',
  idempotency_key_malformed: 'The Idempotency-Key header is malformed',
  idempotency_key_missing: 'The Idempotency-Key header is missing',
  idempotency_key_reused: 'The key was used for another request',
  internal_error: 'Something went wrong on our side',
  invalid_json: 'The request cannot be read',
  invalid_request: 'The request is not valid',
  iou_state_conflict: 'The IOU is in another state',
  link_expired: 'The link is too old',
  member_closed: 'The member is closed',
  method_not_allowed: 'The method is not allowed here',
  not_found: 'Not found',
  not_the_debtor: 'Somebody else owes this',
  nothing_to_pay: 'There is nothing to pay',
  originator_missing: 'It is not configured who pays',
  override_out_of_bounds: 'The override is out of bounds',
  own_transaction: 'Your own money needs somebody else',
  payload_too_large: 'The request is too large',
  payment_refused: 'The payment was refused',
  payment_state_conflict: 'The payment is in another state',
  payout_file_refused: 'The file cannot be made',
  payout_state_conflict: 'The payout is in another state',
  period_not_over: 'The period is not over',
  period_unknown: 'There is no such period',
  person_required: 'A person must do this',
  plan_changed: 'The plan has changed',
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
  self_transfer: 'A member cannot pay themselves',
  settlement_state_conflict: 'The settlement is in another state',
  signature_invalid: 'The signature is not valid',
  statement_duplicate: 'The statement was taken before',
  statement_refused: 'The statement cannot be taken',
  temporarily_unavailable: 'Try again in a moment',
  top_up_refused: 'The top-up was refused',
  top_up_state_conflict: 'The top-up is in another state',
  unauthenticated: 'No valid key',
  unsupported_media_type: 'The media type is not supported',
  zone_unknown: 'No organisation is in this zone',
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
