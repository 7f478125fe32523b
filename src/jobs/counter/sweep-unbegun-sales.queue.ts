/** Recurs by itself; its payload is empty. */
export const sweepUnbegunSalesQueue = 'sweep-unbegun-sales';
