/** Recurs by itself; its payload is empty. */
export const keepSchedulesQueue = 'keep-schedules';
