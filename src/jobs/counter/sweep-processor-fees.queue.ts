import { z } from 'zod';

export const sweepProcessorFeesQueue = 'sweep-processor-fees';

/** Recurs by itself for all accounts; an event that tells of a fee asks for one account's at once. */
export const sweepProcessorFeesPayload = z.strictObject({ processorAccountId: z.string().optional() });
export type SweepProcessorFeesPayload = z.infer<typeof sweepProcessorFeesPayload>;
