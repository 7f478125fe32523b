/** Recurs by itself; its payload is empty. */
export const sendNoticesQueue = 'send-notices';
