/** Recurs by itself and carries nothing. */
export const sealBookQueue = 'seal-book';
