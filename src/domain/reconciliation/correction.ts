import { decimalText } from '../decimal-text.ts';
import { formatMajor, money } from '../money.ts';
import type { Currency } from '../currency.ts';
import type { SettlementFigures } from '../settlement/settlement.ts';
import type { TransitionTable } from '../transition.ts';

/**
 * What an administrator books by hand (cobalt.md 2.15, decisions 1). `manual_settlement`: an organisation was paid
 * outside of every run, and the book has to say so.
 */
export type CorrectionKind = 'adjustment' | 'write_off' | 'opening_balance' | 'manual_settlement';

/** `awaiting_approval`: above the deployment's limit a second person decides. */
export type CorrectionState = 'created' | 'awaiting_approval' | 'posted' | 'refused' | 'rejected' | 'expired';
export type CorrectionChange = 'propose' | 'post' | 'refuse' | 'reject' | 'expire';

/** What a write-off is booked as (decisions 1, row "write-off"). */
export type CorrectionLoss = 'dispute-loss' | 'bad-debt';

export const correctionTransitions: TransitionTable<CorrectionState, CorrectionChange> = {
  created: { propose: 'awaiting_approval', post: 'posted', refuse: 'refused' },
  awaiting_approval: { post: 'posted', refuse: 'refused', reject: 'rejected', expire: 'expired' },
  posted: {},
  refused: {},
  rejected: {},
  expired: {},
};

/** The changing part of a correction. */
export interface CorrectionSnapshot {
  readonly state: CorrectionState;
  /** Why it was refused: a stable code. */
  readonly outcome: string | null;
}

/** Who decided about a correction that waited, and why. */
export interface CorrectionDecision {
  readonly verdict: 'approve' | 'reject';
  /** The person, as audits name them. */
  readonly by: string;
  readonly reason: string | null;
}

/** Patience of a correction, in ms; workflow arguments. */
export interface CorrectionTiming {
  /** Without a `begin` the workflow ends. */
  readonly beginMs: number;
  /** So long a correction waits for its second person. */
  readonly approvalMs: number;
}

export const correctionTiming: CorrectionTiming = { beginMs: 60_000, approvalMs: 7 * 24 * 3_600_000 };

/** Beyond this no hand books: a thousand million units, where Cobalt's fields had twelve digits. */
export const correctionMaxMinor = 100_000_000_000;

/** Whether a correction waits for a second person; without a limit none does. */
export function needsApproval(amountMinor: number, aboveMinor: number | null): boolean {
  return aboveMinor !== null && Math.abs(amountMinor) > aboveMinor;
}

/**
 * Whether `person` asked for it themselves: with their own token, or through a host that said so. Both names are
 * compared, because the same person can come either way.
 */
export function isAuthor(
  author: { readonly actor: string; readonly assertedActor?: string | null | undefined },
  person: { readonly keyId: string; readonly name: string },
): boolean {
  const names = new Set([person.keyId, person.name]);
  return names.has(author.actor) || (typeof author.assertedActor === 'string' && names.has(author.assertedActor));
}

/** What both sides read of a settlement that was recorded by hand; made here, never by a caller (W-49). */
export function manualSettlementDescription(
  { payoutMinor }: Pick<SettlementFigures, 'payoutMinor'>,
  { feeBp, currency }: { readonly feeBp: number; readonly currency: Currency },
): string {
  return `Settlement. Fee ${decimalText(feeBp, 2)} %. Net bank transfer ${formatMajor(money(payoutMinor, currency))} ${currency}`;
}
