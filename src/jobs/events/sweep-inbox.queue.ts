/** Recurs by itself and carries nothing. */
export const sweepInboxQueue = 'sweep-inbox';
