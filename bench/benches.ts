import type { Bench } from './contract.ts';
import { postingAlone } from './r01-posting-alone.ts';
import { postingTogether } from './r02-posting-together.ts';
import { hotAccount } from './r03-hot-account.ts';
import { saleLatency } from './r05-sale-latency.ts';
import { historyBudget } from './r07-history.ts';
import { webhookIngest } from './r08-webhook-ingest.ts';
import { duplicateWebhook } from './r09-duplicate-webhook.ts';
import { webhookToState } from './r10-webhook-to-state.ts';
import { settlementGrowth } from './r11-settlement.ts';
import { balanceReads } from './r12-balance.ts';
import { replayedWrite } from './r13-replayed-write.ts';
import { csvStatement } from './r14-csv-statement.ts';
import { topUpStorm } from './r15-top-up-storm.ts';
import { faultyProcessor } from './r16-faulty-processor.ts';
import { workerStart } from './r18-worker-start.ts';
import { paymentBatch } from './r19-payment-batch.ts';
import { paymentLatency } from './r20-payment-latency.ts';

/** Every ratio there is, in the order of quality.md 1: one file each. */
export const benches: readonly Bench[] = [
  ...[postingAlone, postingTogether, hotAccount],
  ...[saleLatency, historyBudget],
  ...[webhookIngest, duplicateWebhook, webhookToState],
  ...[settlementGrowth, balanceReads, replayedWrite, csvStatement, topUpStorm, faultyProcessor, workerStart],
  ...[paymentBatch, paymentLatency],
];
