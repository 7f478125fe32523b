/**
 * Rules of ours that said no. The codes are stable and public; the API's error middleware maps each to a status, and
 * the map is total, so that a new code cannot be forgotten.
 */
export type DomainErrorCode =
  | 'amount_out_of_range'
  | 'approval_by_author'
  | 'approval_repeated'
  | 'authorization_exceeded'
  | 'bank_details_missing'
  | 'bank_details_refused'
  | 'bank_result_duplicate'
  | 'bank_result_foreign'
  | 'bank_result_totals'
  | 'bank_result_unreadable'
  | 'conflict'
  | 'consent_missing'
  | 'contact_missing'
  | 'correction_refused'
  | 'correction_state_conflict'
  | 'currency_mismatch'
  | 'currency_unsupported'
  | 'difference_not_open'
  | 'fee_out_of_range'
  | 'fees_not_set'
  | 'float_out_of_range'
  | 'forbidden'
  | 'idempotency_key_in_progress'
  | 'idempotency_key_malformed'
  | 'idempotency_key_missing'
  | 'idempotency_key_reused'
  | 'invalid_json'
  | 'invalid_request'
  | 'iou_state_conflict'
  | 'letter_pending'
  | 'letter_recipient_fixed'
  | 'link_expired'
  | 'member_closed'
  | 'method_not_allowed'
  | 'not_found'
  | 'not_held_back'
  | 'not_the_debtor'
  | 'nothing_to_pay'
  | 'organisation_closed'
  | 'organisation_payment_refused'
  | 'organisation_payment_state_conflict'
  | 'originator_missing'
  | 'override_exists'
  | 'override_out_of_bounds'
  | 'own_transaction'
  | 'payload_too_large'
  | 'payment_refused'
  | 'payment_state_conflict'
  | 'payout_file_refused'
  | 'payout_state_conflict'
  | 'period_not_over'
  | 'period_unknown'
  | 'person_required'
  | 'plan_changed'
  | 'rate_limited'
  | 'reader_busy'
  | 'reader_in_use'
  | 'reader_offline'
  | 'reader_removed'
  | 'refund_refused'
  | 'registration_code_refused'
  | 'sale_state_conflict'
  | 'self_transfer'
  | 'settlement_state_conflict'
  | 'signature_invalid'
  | 'statement_duplicate'
  | 'statement_refused'
  | 'temporarily_unavailable'
  | 'top_up_refused'
  | 'top_up_state_conflict'
  | 'unauthenticated'
  | 'unsupported_media_type'
  | 'zone_unknown';

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
