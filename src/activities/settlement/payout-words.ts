import { admits } from '../../domain/transition.ts';
import { judgeBankWord, payoutTransitions, type PayoutAnswer } from '../../domain/settlement/payout.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import {
  newestBankDetail,
  payoutNote,
  payoutRider,
  releaseItemRiders,
  type PayoutDossier,
} from '../../entities/settlement/payout-rows.ts';
import type { Rider } from '../../ledger/riders.ts';
import { payoutConfirmed, payoutGivenUp, payoutReturned } from '../../ledger/postings/settlement.ts';
import { readTransactions } from '../../ledger/transactions.read.ts';
import type { NewLedgerTransaction } from '../../domain/ledger.ts';
import { mustPost } from '../must-post.ts';
import { answerOf, bankRefOf, eventOf, openPayout, type PayoutDependencies } from './payout-desk.ts';
import { returnedLetter } from './payout-letters.ts';

/** A bank's word on an attempt; null means the one under way. */
export interface BankWordRequest {
  readonly payoutId: string;
  readonly kind: 'confirm' | 'return';
  readonly attemptNo: number | null;
  readonly reason: string;
}

/**
 * Books a bank's word, once for each attempt: paid moves the money out of flight; sent back before that moves nothing,
 * after it brings the money back into flight (decisions D29). A word that cannot be true moves nothing.
 */
export async function hearBank(deps: PayoutDependencies, request: BankWordRequest): Promise<PayoutAnswer> {
  const dossier = await openPayout(deps, request.payoutId);
  const verdict = judgeBankWord({ payout: dossier.payout, word: request });
  if (verdict === 'contradicts') return answerOf(deps, request.payoutId, 'payout_state_conflict');
  if (verdict === 'book') await (request.kind === 'confirm' ? confirm : sendBack)(deps, dossier, request.reason);
  const answer = await answerOf(deps, request.payoutId);
  // Also when it was known: the first to book it may have died before it could tell.
  if (request.kind === 'return' && answer.state === 'returned' && answer.attemptNo === dossier.payout.attemptNo) {
    await deps.tellOrganisation(returnedLetter(dossier, answer.outcome ?? request.reason));
  }
  return answer;
}

async function confirm(deps: PayoutDependencies, { payout }: PayoutDossier, reason: string): Promise<void> {
  const now = deps.now();
  const rider = payoutRider(payout, 'confirm', {
    outcome: reason,
    attention_reason: null,
    paid_at: now,
    updated_at: now,
  });
  const event = { ...eventOf(deps, payout), bankRef: bankRefOf(deps, payout) };
  // A payout of nothing, where the fee was all of it, moves no money.
  await commit(deps, payout.amountMinor > 0 ? payoutConfirmed(event) : null, [rider]);
}

async function sendBack(deps: PayoutDependencies, { payout }: PayoutDossier, reason: string): Promise<void> {
  const wasPaid = payout.state === 'confirmed';
  const rider = payoutRider(payout, 'return', {
    outcome: reason,
    attention_reason: `returned: ${reason}`.slice(0, 255),
    updated_at: deps.now(),
  });
  const event = { ...eventOf(deps, payout), bankRef: bankRefOf(deps, payout) };
  await commit(deps, wasPaid && payout.amountMinor > 0 ? payoutReturned(event) : null, [rider]);
}

/**
 * Another attempt with the newest bank details, in a supplementary file and without a second fee; by the way of paying
 * that the organisation has now.
 */
export async function retryPayout(deps: PayoutDependencies, request: { payoutId: string }): Promise<PayoutAnswer> {
  const { payout, organisation } = await openPayout(deps, request.payoutId);
  if (!admits(payoutTransitions, payout.state, 'retry')) {
    return answerOf(deps, request.payoutId, 'payout_state_conflict');
  }
  const detail = await newestBankDetail(deps, payout);
  const { payoutMethod: method } = organisation;
  if (method === 'bank' && detail === null) return answerOf(deps, request.payoutId, 'bank_details_missing');
  const columns = {
    attempt_no: payout.attemptNo + 1,
    method,
    bank_detail_id: method === 'bank' ? (detail?.id ?? null) : null,
    outcome: null,
    attention_reason: null,
    transfer_ref: null,
    paid_at: null,
    updated_at: deps.now(),
  };
  await commit(deps, null, [payoutRider(payout, 'retry', columns)]);
  return answerOf(deps, request.payoutId);
}

/**
 * Gives the payout up: its settlement is undone exactly, fee and tax included, and the period may be settled again. Not
 * while it stands in a file or a transfer may be under way: that could still be paid.
 */
export async function reversePayout(
  deps: PayoutDependencies,
  { payoutId, reason }: { payoutId: string; reason: string },
): Promise<PayoutAnswer> {
  const { payout } = await openPayout(deps, payoutId);
  const mayBeUnderWay = payout.method === 'transfer' && payout.state === 'planned';
  if (mayBeUnderWay || !admits(payoutTransitions, payout.state, 'reverse')) {
    return answerOf(deps, payoutId, 'payout_state_conflict');
  }
  const [settled] = await readTransactions(deps.pool, { by: 'op_key', value: payout.settlementOpKey });
  if (settled === undefined) throw new Error(`The book has no ${payout.settlementOpKey}.`);
  const now = deps.now();
  const undone = payoutGivenUp(settled, {
    payoutId,
    occurredAt: now.toISOString(),
    description: `Payout ${payout.no} was given up`,
  });
  const riders = [
    payoutRider(payout, 'reverse', { outcome: reason, attention_reason: null, updated_at: now }),
    ...(await releaseItemRiders(deps, payout, now)),
  ];
  await commit(deps, undone, riders);
  return answerOf(deps, payoutId);
}

/** Wants a person to look; once for each reason. */
export async function raiseAttention(
  deps: PayoutDependencies,
  { payoutId, reason }: { payoutId: string; reason: string },
): Promise<PayoutAnswer> {
  const { payout } = await openPayout(deps, payoutId);
  const shown = reason.slice(0, 255);
  if (payout.attentionReason !== shown) {
    await commitRiders(deps.pool, [payoutNote(payout, { attention_reason: shown, updated_at: deps.now() })]);
  }
  return answerOf(deps, payoutId);
}

/** With a posting in one commit, or alone where no money moves. */
async function commit(
  deps: PayoutDependencies,
  transaction: NewLedgerTransaction | null,
  riders: readonly Rider[],
): Promise<void> {
  if (transaction === null) await commitRiders(deps.pool, riders);
  else await mustPost(deps, transaction, riders);
}
