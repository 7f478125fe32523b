import { isCurrency } from '../currency.ts';
import { invariant } from '../invariant.ts';
import { formatMajor, money } from '../money.ts';

/** What members are told of; each is a row that travels with the change that it tells of. */
export type NoticeKind =
  | 'auto_top_up_succeeded'
  | 'auto_top_up_failed'
  | 'low_balance'
  | 'transfer_sent'
  | 'transfer_received'
  | 'organisation_paid'
  | 'card_refund'
  | 'card_refund_failed'
  | 'late_card_money'
  | 'manual_adjustment'
  | 'card_expiring'
  | 'iou_created'
  | 'iou_reminder';

/** What a notice's words are made of, as its row keeps it; amounts in minor units. */
export type NoticeFacts = Readonly<Record<string, string | number | boolean | null>>;

/** Members may do without these by e-mail; that a card failed or that money is owed is told to everybody. */
const optionalByEmail: ReadonlySet<NoticeKind> = new Set([
  'transfer_sent',
  'transfer_received',
  'organisation_paid',
  'card_refund',
]);

/** Only the app shows these (decisions D19). */
const inAppOnly: ReadonlySet<NoticeKind> = new Set(['manual_adjustment']);

/** Whom a notice would reach by e-mail. */
export interface NoticeReader {
  readonly email: string | null;
  readonly isSystem: boolean;
  readonly wantsPaymentsEmail: boolean;
}

/** Whether a notice of `kind` is sent to this member; accounts of the house are told nothing (cobalt.md 2.22). */
export function isSentByEmail(kind: NoticeKind, { email, isSystem, wantsPaymentsEmail }: NoticeReader): boolean {
  return email !== null && !isSystem && !inAppOnly.has(kind) && (wantsPaymentsEmail || !optionalByEmail.has(kind));
}

/** The text of a fact; null when the notice does not have it. */
export function textFact(facts: NoticeFacts, name: string): string | null {
  const value = facts[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

/** An amount of a notice as people read it: `50.00 AUD`. */
export function amountFact(facts: NoticeFacts, name = 'amountMinor'): string {
  const [minor, currency] = [facts[name], facts['currency']];
  invariant(typeof minor === 'number' && typeof currency === 'string', `The notice has no amount ${name}`);
  return amountText(minor, currency);
}

/** `amountMinor` minor units as people read them: `-0.50 AUD`. */
export function amountText(amountMinor: number, currency: string): string {
  invariant(isCurrency(currency), `Not a currency: ${currency}`);
  return `${formatMajor(money(amountMinor, currency))} ${currency}`;
}
