/**
 * Rules of ours that said no. The codes are stable and public; the API's error middleware maps each to a status, and
 * the map is total, so that a new code cannot be forgotten.
 */
export type DomainErrorCode =
  | 'amount_out_of_range'
  | 'approval_by_author'
  | 'approval_needs_person'
  | 'zone_unknown'
  | 'settlement_state_conflict'
  | 'plan_changed'
  | 'person_required'
  | 'period_unknown'
  | 'period_not_over'
  | 'override_out_of_bounds'
  | 'approval_repeated'
  | 'approval_not_independent'
  | 'authorization_exceeded'
  | 'bank_details_missing'
  | 'bank_result_duplicate'
  | 'bank_result_foreign'
  | 'bank_result_totals'
  | 'bank_result_unreadable'
  | 'conflict'
  | 'consent_missing'
  | 'correction_refused'
  | 'correction_state_conflict'
  | 'currency_mismatch'
  | 'currency_unsupported'
  | 'fees_not_set'
  | 'idempotency_key_in_progress'
  | 'idempotency_key_missing'
  | 'idempotency_key_malformed'
  | 'idempotency_key_reused'
  | 'invalid_json'
  | 'iou_state_conflict'
  | 'invalid_request'
  | 'method_not_allowed'
  | 'forbidden'
  | 'not_found'
  | 'nothing_to_pay'
  | 'not_the_debtor'
  | 'originator_missing'
  | 'own_transaction'
  | 'payload_too_large'
  | 'payout_file_refused'
  | 'payout_state_conflict'
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
