/** Recurs by itself; its payload is empty. */
export const keepSettlementSchedulesQueue = 'keep-settlement-schedules';
