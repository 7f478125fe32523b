import type { TransitionTable } from '../transition.ts';

/** How an organisation gets its money: through a bank file, or to its connected account at the processor. */
export type PayoutMethod = 'bank' | 'transfer';

/** Where a payout can stand (decisions D29). */
export type PayoutState = 'planned' | 'filed' | 'confirmed' | 'returned' | 'reversed' | 'paid_outside';

/** What can happen to a payout, as past facts of its story. */
export type PayoutChange = 'file' | 'confirm' | 'return' | 'retry' | 'reverse';

/** Formats of the files that banks take. */
export type PayoutFileFormat = 'aba' | 'pain001' | 'csv';

/**
 * A bank may send back what it had accepted. Returned money stays in flight until finance pays again or gives up, and
 * nothing leads out of an end. What stands in a file cannot be reversed: the bank may still pay it.
 */
export const payoutTransitions: TransitionTable<PayoutState, PayoutChange> = {
  planned: { file: 'filed', confirm: 'confirmed', return: 'returned', reverse: 'reversed' },
  filed: { confirm: 'confirmed', return: 'returned' },
  confirmed: { confirm: 'confirmed', return: 'returned' },
  returned: { return: 'returned', retry: 'planned', reverse: 'reversed' },
  reversed: {},
  paid_outside: {},
};

/** What a payout stands at, as its workflow and callers see it. */
export interface PayoutSnapshot {
  readonly state: PayoutState;
  readonly attemptNo: number;
  /** Why it came back, or what the processor said; for people. */
  readonly outcome: string | null;
  readonly attentionReason: string | null;
}

/** Somebody’s word on a payout; `attemptNo` null means the one under way. */
export type PayoutCommand =
  | { readonly kind: 'confirm' | 'return'; readonly attemptNo: number | null; readonly reason: string }
  | { readonly kind: 'retry' | 'reverse'; readonly reason: string };

/** A command’s outcome: the payout after it, and why nothing was done if so. */
export interface PayoutAnswer extends PayoutSnapshot {
  readonly refused: 'payout_state_conflict' | 'bank_details_missing' | null;
}

/** Why a payout wants a person while nothing is known of its transfer. */
export const silentProcessor = 'no_answer_from_the_processor';

/** Whether nothing more is awaited; a bank may still send confirmed money back. */
export function isPayoutOver(state: PayoutState): boolean {
  return state === 'confirmed' || state === 'reversed' || state === 'paid_outside';
}

export interface BankWordCase {
  readonly payout: { readonly state: PayoutState; readonly attemptNo: number; readonly method: PayoutMethod };
  readonly word: { readonly kind: 'confirm' | 'return'; readonly attemptNo: number | null };
}

/**
 * What a bank’s word does to a payout. `book`: it moves it. `known`: it said so before. `contradicts`: both cannot be
 * true, or it speaks of what a bank does not know.
 */
export function judgeBankWord({ payout, word }: BankWordCase): 'book' | 'known' | 'contradicts' {
  const attemptNo = word.attemptNo ?? payout.attemptNo;
  if (payout.method !== 'bank' || attemptNo > payout.attemptNo) return 'contradicts';
  // Only what came back is tried again, so an earlier attempt’s return is no news.
  if (attemptNo < payout.attemptNo) return word.kind === 'return' ? 'known' : 'contradicts';
  return wordsOnState[payout.state][word.kind];
}

const wordsOnState: Readonly<Record<PayoutState, Record<'confirm' | 'return', 'book' | 'known' | 'contradicts'>>> = {
  // Paid by hand, without a file; what was never sent cannot come back.
  planned: { confirm: 'book', return: 'contradicts' },
  filed: { confirm: 'book', return: 'book' },
  confirmed: { confirm: 'known', return: 'book' },
  returned: { confirm: 'contradicts', return: 'known' },
  reversed: { confirm: 'contradicts', return: 'contradicts' },
  paid_outside: { confirm: 'contradicts', return: 'contradicts' },
};
