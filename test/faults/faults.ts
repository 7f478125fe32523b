import { fault as f1 } from './f01-killed-worker.ts';
import { fault as f1members } from './f01-members.ts';
import { fault as f2 } from './f02-killed-api.ts';
import { fault as f3 } from './f03-killed-database.ts';
import { fault as f4 } from './f04-killed-redis.ts';
import { fault as f5 } from './f05-temporal-away.ts';
import { fault as f6 } from './f06-all-killed.ts';
import { fault as f7 } from './f07-duplicate-webhooks.ts';
import { fault as f8 } from './f08-every-order.ts';
import { fault as f9 } from './f09-lost-webhooks.ts';
import { fault as f10 } from './f10-webhook-first.ts';
import { fault as f11 } from './f11-handlers-for-everything.ts';
import { fault as f13 } from './f13-provider-faults.ts';
import { fault as f14 } from './f14-keys-in-use.ts';
import { fault as f15 } from './f15-unreliable-readers.ts';
import { fault as f16 } from './f16-cancel-races-tap.ts';
import { fault as f17 } from './f17-double-click.ts';
import { fault as f18 } from './f18-refunds-above-capture.ts';
import { fault as f19 } from './f19-holds.ts';
import { fault as f20 } from './f20-lost-commit-replies.ts';
import { fault as f21 } from './f21-opposite-order.ts';
import { fault as f22 } from './f22-top-up-storm.ts';
import { fault as f23 } from './f23-killed-settlement.ts';
import { fault as f24 } from './f24-payout-races.ts';
import { fault as f25 } from './f25-mismatches.ts';
import { fault as f26 } from './f26-changed-byte.ts';
import { fault as f27 } from './f27-wrong-clocks.ts';
import { fault as f28 } from './f28-recorded-histories.ts';
import { fault as f31 } from './f31-every-role.ts';
import { fault as f34 } from './f34-webhook-signatures.ts';
import { fault as f35 } from './f35-callback-targets.ts';
import { fault as f36 } from './f36-many-waiting.ts';
import type { Fault } from './harness/types.ts';

/** Every fault there is, in the order of quality.md 3: one file each. */
export const faults: readonly Fault[] = [
  f1,
  f1members,
  f2,
  f3,
  f4,
  f5,
  f6,
  f7,
  f8,
  f9,
  f10,
  f11,
  f13,
  f14,
  f15,
  f16,
  f17,
  f18,
  f19,
  f20,
  f21,
  f22,
  f23,
  f24,
  f25,
  f26,
  f27,
  f28,
  f31,
  f34,
  f35,
  f36,
];
