import type { SavedCards } from '../../entities/cards/saved-cards.ts';
import type { WorkflowMessenger } from '../job-ports.ts';

export interface SweepSavedCardsDependencies {
  readonly savedCards: Pick<SavedCards, 'pendingSince' | 'giveUpPending' | 'announceExpiring'>;
  readonly messenger: Pick<WorkflowMessenger, 'tellCardSaved'>;
  readonly now: () => Date;
}

/** A browser that said that it is done is usually followed by the processor's word within seconds (cobalt.md 2.20). */
const lookAfterMs = 600_000;
const giveUpAfterMs = 1_800_000;
const atOnce = 100;

/**
 * Looks after saved cards: a set-up whose word from the processor never came is asked for, and ended when there is no
 * card after all (W-17); who has a card that expires soon is told once.
 */
export async function sweepSavedCards(deps: SweepSavedCardsDependencies): Promise<number> {
  const now = deps.now();
  const before = (ms: number): Date => new Date(now.getTime() - ms);
  for (const member of await deps.savedCards.pendingSince(before(lookAfterMs), atOnce)) {
    await deps.messenger.tellCardSaved(member);
  }
  await deps.savedCards.giveUpPending(before(giveUpAfterMs), now);
  return deps.savedCards.announceExpiring(now, atOnce);
}
