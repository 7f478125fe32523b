/**
 * Rules of ours that said no. The codes are stable and public; the API's error middleware maps each to a status, and
 * the map is total, so that a new code cannot be forgotten.
 */
export type DomainErrorCode =
  | 'amount_out_of_range'
  | 'authorization_exceeded'
  | 'bank_details_refused'
  | 'conflict'
  | 'consent_missing'
  | 'currency_mismatch'
  | 'currency_unsupported'
  | 'idempotency_key_in_progress'
  | 'idempotency_key_missing'
  | 'idempotency_key_malformed'
  | 'idempotency_key_reused'
  | 'invalid_json'
  | 'iou_state_conflict'
  | 'invalid_request'
  | 'method_not_allowed'
  | 'fee_out_of_range'
  | 'fees_not_set'
  | 'float_out_of_range'
  | 'forbidden'
  | 'not_found'
  | 'not_the_debtor'
  | 'own_transaction'
  | 'payload_too_large'
  | 'rate_limited'
  | 'reader_busy'
  | 'reader_in_use'
  | 'reader_offline'
  | 'reader_removed'
  | 'refund_refused'
  | 'registration_code_refused'
  | 'sale_state_conflict'
  | 'signature_invalid'
  | 'temporarily_unavailable'
  | 'member_closed'
  | 'organisation_closed'
  | 'organisation_payment_refused'
  | 'organisation_payment_state_conflict'
  | 'override_exists'
  | 'payment_refused'
  | 'payment_state_conflict'
  | 'self_transfer'
  | 'top_up_refused'
  | 'top_up_state_conflict'
  | 'unauthenticated'
  | 'unsupported_media_type';

/** A refusal by a rule of ours, with what the caller needs to understand it (never a secret). */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: DomainErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: DomainErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}
