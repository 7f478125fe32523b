import { fault as f1 } from './f01-killed-worker.ts';
import { fault as f7 } from './f07-duplicate-webhooks.ts';
import { fault as f8 } from './f08-every-order.ts';
import { fault as f9 } from './f09-lost-webhooks.ts';
import { fault as f10 } from './f10-webhook-first.ts';
import type { Fault } from './harness/types.ts';

/** Every fault there is, in the order of quality.md 3: one file each. */
export const faults: readonly Fault[] = [f1, f7, f8, f9, f10];
