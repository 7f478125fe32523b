/** Recurs by itself and carries nothing. */
export const sweepProviderEventsQueue = 'sweep-provider-events';
