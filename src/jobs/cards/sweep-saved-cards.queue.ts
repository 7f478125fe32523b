/** Recurs by itself; its payload is empty. */
export const sweepSavedCardsQueue = 'sweep-saved-cards';
