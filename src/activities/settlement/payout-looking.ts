import type { PayoutSnapshot } from '../../domain/settlement/payout.ts';
import type { PayoutPatience } from '../../domain/settlement/payout-rules.ts';
import { fileOf, payoutSnapshotOf } from '../../entities/settlement/payout-rows.ts';
import type { PayoutFile } from '../../entities/settlement/payout-file.entity.ts';
import type { Payout } from '../../entities/settlement/payout.entity.ts';
import { afterBusinessDays } from '../../reports/settlement/business-days.ts';
import { openPayout, type PayoutDependencies } from './payout-desk.ts';

/** What a payout's workflow goes by. */
export interface PayoutLook extends PayoutSnapshot, PayoutPatience {
  readonly method: Payout['method'];
}

/** Where the payout stands, what its time has come for, and when to look again. */
export async function lookAtPayout(deps: PayoutDependencies, request: { payoutId: string }): Promise<PayoutLook> {
  const { payout } = await openPayout(deps, request.payoutId);
  const file = payout.state === 'filed' ? await fileOf(deps, payout) : null;
  return { ...payoutSnapshotOf(payout), method: payout.method, ...patienceOf(deps, payout, file) };
}

/** A processor that does not answer is asked again after this. */
const askAgainMs = 60_000;

function patienceOf(deps: PayoutDependencies, payout: Payout, file: PayoutFile | null): PayoutPatience {
  if (payout.state === 'planned' && payout.method === 'transfer') {
    return { due: 'send', lookInMs: Math.min(deps.payoutRules.lookMs, askAgainMs) };
  }
  // Nothing to pay, since the fee was all of it: nobody needs to say that it arrived.
  if (payout.state === 'planned' && payout.amountMinor === 0) return { due: 'confirm', lookInMs: null };
  if (payout.state === 'returned') return { due: null, lookInMs: null };
  return file === null ? { due: null, lookInMs: deps.payoutRules.lookMs } : patienceWith(deps, payout, file);
}

/**
 * Direct entry has no other yes than that nothing came back in time; all formats want a person when the bank has said
 * nothing for long (decisions D29).
 */
function patienceWith(deps: PayoutDependencies, payout: Payout, file: PayoutFile): PayoutPatience {
  const { calendar, payoutRules: rules } = deps;
  const after = (at: Date | null | undefined, days: number): number =>
    at === null || at === undefined ? Infinity : Date.parse(afterBusinessDays(at.toISOString(), days, calendar));
  const now = deps.now().getTime();
  const confirmAt = after(file.format === 'aba' ? file.acceptedAt : null, rules.confirmBusinessDays);
  const remindAt = after(payout.attentionReason ? null : file.createdAt, rules.remindBusinessDays);
  if (confirmAt <= now) return { due: 'confirm', lookInMs: null };
  if (remindAt <= now) return { due: 'remind', lookInMs: null };
  return { due: null, lookInMs: Math.min(confirmAt - now, remindAt - now, rules.lookMs) };
}
