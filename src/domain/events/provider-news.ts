import { isId, type IdKind } from '../ids.ts';
import { InvariantViolation } from '../invariant.ts';
import type { ProviderNews } from './provider-events.ts';

type Json = Readonly<Record<string, unknown>>;

/** Actions of a reader that lead to a charge, under the name of their part of the action (terminal.md 4.1). */
const paymentActions = ['process_payment_intent', 'collect_payment_method', 'confirm_payment_intent'] as const;

/**
 * Failure codes of a reader's action that are not the card's: for these no `payment_failed` comes (terminal.md 4.5).
 * Any other code without a charge is taken as the reader's too, since waking a sale for nothing is harmless.
 */
const readerFailures: ReadonlySet<string> = new Set(['customer_canceled', 'connection_error', 'timeout', 'canceled']);
const cardFailures =
  /^(card_|insufficient_funds|expired_card|incorrect_|invalid_|processing_error|pin_|offline_pin|online_or_offline_pin|lost_card|stolen_card|generic_decline|call_issuer|withdrawal_count)/;

/** Reads the parts of an inbox payload (a Stripe event as JSON text) that decide where it goes. */
export function readNews(payload: string): ProviderNews {
  const event = parse(payload);
  const object = part(part(event, 'data'), 'object');
  const action = part(object, 'action');
  const type = text(event, 'type');
  if (type === null) throw new InvariantViolation('An event without a type is in the inbox.');
  return {
    type,
    saleHint: hintOf(object, 'sale_id', 'sale'),
    memberHint: hintOf(object, 'member_id', 'member'),
    topUpHint: hintOf(object, 'top_up_id', 'topUp'),
    payoutHint: hintOf(object, 'payout_id', 'payout'),
    refundHint: hintOf(object, 'refund_id', 'refund'),
    refundStatus: object['object'] === 'refund' ? text(object, 'status') : null,
    objectRefs: refsOf(object, action),
    requestKey: text(part(event, 'request'), 'idempotency_key'),
    isReaderDecline: isReaderDecline(action),
    hasBalanceLine: refOf(object, 'balance_transaction') !== null,
  };
}

/** Other systems on the same account may have a `sale_id` of their own; only a well-formed one of ours is a hint. */
function hintOf(object: Json, name: string, kind: IdKind): string | null {
  const hint = text(part(object, 'metadata'), name);
  return isId(kind, hint) ? hint : null;
}

/** The object itself, the payment it is about, and what the reader is busy with. */
function refsOf(object: Json, action: Json): readonly string[] {
  const shown = paymentActions.map((name) => refOf(part(action, name), 'payment_intent'));
  const refs = [text(object, 'id'), refOf(object, 'payment_intent'), refOf(object, 'charge'), ...shown];
  return [...new Set(refs.filter((ref) => ref !== null))];
}

function isReaderDecline(action: Json): boolean {
  const apiError = part(action, 'api_error');
  if (refOf(apiError, 'charge') !== null || apiError['type'] === 'card_error') return true;
  const code = text(action, 'failure_code');
  return code !== null && !readerFailures.has(code) && cardFailures.test(code);
}

function parse(payload: string): Json {
  const value: unknown = JSON.parse(payload);
  return isRecord(value) ? value : {};
}

function part(json: Json, name: string): Json {
  const value = json[name];
  return isRecord(value) ? value : {};
}

function text(json: Json, name: string): string | null {
  const value = json[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** A reference, whether it was expanded or not. */
function refOf(json: Json, name: string): string | null {
  return text(json, name) ?? text(part(json, name), 'id');
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
