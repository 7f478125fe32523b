/**
 * The processor's books against ours. Both sides are brought to the same name for the same movement (`key`), so that what
 * belongs together is found by name and never by guessing from amounts and times. Pure: rows in, differences out.
 */

/** How two books can differ. `timing`: only too young to be seen by the other side, no alarm. */
export const differenceKinds = [
  'missing_here',
  'missing_there',
  'amount',
  'currency',
  'fee',
  'duplicate',
  'status',
  'timing',
] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/** A line of the processor's own books: what it moved, by how much, and what it kept of it. */
export interface ProviderLine {
  /** The processor's name of the line (Stripe's balance transaction). */
  readonly lineRef: string;
  /** What moved: a charge, refund, dispute or payout. */
  readonly sourceRef: string | null;
  readonly type: string;
  readonly currency: string;
  /** Minor units of our book, plus is money to the account; before the fee. */
  readonly amountMinor: number;
  readonly feeMinor: number;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
}

/** A transaction of the book on an account that somebody else keeps too: the processor's, or the bank's. */
export interface BookClaim {
  readonly transactionId: string;
  readonly opKey: string;
  readonly kind: string;
  readonly providerRef: string | null;
  readonly currency: string;
  /** Signed: plus is more at the processor or bank. */
  readonly amountMinor: number;
  /** ISO 8601 UTC. */
  readonly recordedAt: string;
}

/** What both sides say of one object, apart from its money. `ours`: null when we keep no row of it. */
export interface ObjectStatus {
  readonly objectRef: string;
  readonly kind: 'charge' | 'refund' | 'dispute' | 'payout';
  readonly theirs: string;
  readonly ours: string | null;
  readonly createdAt: string;
}

export interface Difference {
  readonly kind: DifferenceKind;
  /** What differs, the same at every look: it closes by itself when it is not found again. */
  readonly subject: string;
  readonly currency: string;
  /** Signed minor units; null where the side has nothing. */
  readonly theirsMinor: number | null;
  readonly oursMinor: number | null;
  readonly theirsRef: string | null;
  readonly transactionId: string | null;
  readonly detail: string;
}

/** What was looked at and found. */
export interface Comparison {
  readonly differences: readonly Difference[];
  /** Each line with the one transaction that it is. */
  readonly matches: readonly Match[];
  readonly partCount: number;
}

export interface Match {
  readonly lineRef: string;
  readonly transactionId: string;
  /** Only the fee of the line. */
  readonly isFee: boolean;
}

export interface Grace {
  /** ISO 8601 UTC: what is later than this is too young to be missed, and only `timing`. */
  readonly youngFrom: string;
}

/** One expected effect of a line on the account: its money, or its fee. */
export interface LinePart {
  readonly key: string;
  readonly lineRef: string;
  readonly currency: string;
  readonly amountMinor: number;
  readonly createdAt: string;
}

const inward = new Set(['charge', 'payment']);
const outward = new Set(['refund', 'payment_refund']);
const bounced = new Set(['refund_failure', 'payment_failure_refund']);
const payoutBack = new Set(['payout_failure', 'payout_cancel']);
const transfers = new Set(['transfer', 'transfer_cancel', 'transfer_failure', 'transfer_refund']);
const feesOnly = new Set(['stripe_fee', 'stripe_fx_fee', 'tax_fee', 'application_fee', 'network_cost']);

/** The name under which the book should have the money of `line`. */
export function lineKey(line: Pick<ProviderLine, 'lineRef' | 'sourceRef' | 'type'>): string {
  const { lineRef, sourceRef, type } = line;
  if (sourceRef === null) return `line:${lineRef}`;
  if (inward.has(type)) return `in:${sourceRef}`;
  if (outward.has(type)) return `out:${sourceRef}`;
  if (bounced.has(type)) return `back:${sourceRef}`;
  if (type === 'payout') return `payout:${sourceRef}`;
  if (payoutBack.has(type)) return `payout:${failedPayoutRef(sourceRef)}`;
  return transfers.has(type) ? `transfer:${sourceRef}` : `line:${lineRef}`;
}

/** Whether all of the line is a fee of the processor, for nothing of ours in particular. */
export function isFeeOnly({ type }: Pick<ProviderLine, 'type'>): boolean {
  return feesOnly.has(type);
}

/** What the processor kept by this line: its fee, and all of a line that is nothing but one. Below zero: given back. */
export function feeOfLine(line: ProviderLine): number {
  return isFeeOnly(line) ? line.feeMinor - line.amountMinor : line.feeMinor;
}

/** A dispute's fee is booked with its movement, in one transaction. */
export function isDisputeLine({ type, sourceRef }: Pick<ProviderLine, 'type' | 'sourceRef'>): boolean {
  return type === 'adjustment' && sourceRef !== null && /^(dp|du)_/.test(sourceRef);
}

/** Names the return of a payout, which has no object of its own. */
export function failedPayoutRef(payoutRef: string): string {
  return `${payoutRef}-failed`;
}

/** What the book should show of a line; parts of zero are none. */
export function partsOf(line: ProviderLine): readonly LinePart[] {
  const { lineRef, currency, createdAt } = line;
  const part = (key: string, amountMinor: number): LinePart[] =>
    amountMinor === 0 ? [] : [{ key, lineRef, currency, amountMinor, createdAt }];
  if (isDisputeLine(line)) return part(`line:${lineRef}`, line.amountMinor - line.feeMinor);
  const fee = part(`fee:${lineRef}`, -feeOfLine(line));
  return isFeeOnly(line) ? fee : [...part(lineKey(line), line.amountMinor), ...fee];
}

const prefixes: Readonly<Record<string, string>> = {
  sale: 'in',
  'card-in': 'in',
  'late-money': 'in',
  'refund-confirmed': 'out',
  'console-refund': 'out',
  'refund-undone': 'back',
  'dispute-opened': 'line',
  'dispute-won': 'line',
  'processor-fee': 'fee',
  'processor-payout': 'payout',
  'processor-take-back': 'payout',
  'paid-at-source': 'payout',
  'destination-transfer': 'transfer',
  'payout-by-transfer': 'transfer',
  'payout-transfer-reversed': 'transfer',
};
/** Made by us alone: nobody else's books know of them. */
const ownKinds = new Set(['opening-balance', 'adjustment', 'write-off', 'reversal']);

/** The name of what a transaction says happened at the processor; null where it says nothing of it. */
export function claimKey({
  kind,
  providerRef,
  opKey,
}: Pick<BookClaim, 'kind' | 'providerRef' | 'opKey'>): string | null {
  if (ownKinds.has(kind)) return null;
  const prefix = prefixes[kind];
  return prefix === undefined || providerRef === null ? `op:${opKey}` : `${prefix}:${providerRef}`;
}

/** What a person is to do about a difference of each kind; the words of docs/reconciliation.md. */
export const advice: Readonly<Record<DifferenceKind, string>> = {
  missing_here: 'Have its events read again (repost). If it stays, find whose it is and book it by hand.',
  missing_there: 'Look it up at the processor or bank. If it is not there, reverse the booking.',
  amount: 'Compare both, and adjust the book by the rest if the other side is right.',
  currency: 'Check the settlement currency of the account; reverse the booking and book it in the right one.',
  fee: 'Compare with the fee lines there, and adjust the book by the rest.',
  duplicate: 'Find which of them is real, and reverse or refund the others.',
  status: 'Have its events read again (repost); the object there is the truth.',
  timing: 'Nothing: it is younger than the time of grace and is looked at again.',
};

/** What a person can decide about a difference. */
export const decisions = ['accept', 'repost', 'corrected'] as const;
export type Decision = (typeof decisions)[number];

export type DifferenceState = 'open' | 'accepted' | 'closed';
