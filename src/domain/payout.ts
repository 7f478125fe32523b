import type { TransitionTable } from './transition.ts';

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
