/** Fees of the simulated deployment, in hundredths of a percent: what organisations pay, and the tax in it. */
export const systemFees = { feeBp: 500, taxBp: 1_000 } as const;
