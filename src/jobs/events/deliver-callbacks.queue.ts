/** Recurs by itself; its payload is empty. */
export const deliverCallbacksQueue = 'deliver-callbacks';
