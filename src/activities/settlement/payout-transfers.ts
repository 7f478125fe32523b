import { processorAccountId } from '../../domain/ids.ts';
import { InvariantViolation } from '../../domain/invariant.ts';
import { money } from '../../domain/money.ts';
import { silentProcessor, type PayoutAnswer } from '../../domain/settlement/payout.ts';
import { ProcessorRefusal } from '../../domain/processor-refusal.ts';
import {
  transferKey,
  type TransferFact,
  type TransferPort,
  type TransferReversal,
} from '../../domain/settlement/transfer-port.ts';
import { cardAccountFor } from '../../entities/payments/payment-file.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { payoutNote, payoutRider, type PayoutDossier } from '../../entities/settlement/payout-rows.ts';
import type { Payout } from '../../entities/settlement/payout.entity.ts';
import { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { payoutByTransfer, payoutTransferReversed, transferOpKey } from '../../ledger/postings/settlement.ts';
import { readTransactions } from '../../ledger/transactions.read.ts';
import { mustPost } from '../must-post.ts';
import { answerOf, eventOf, openPayout, type PayoutDependencies } from './payout-desk.ts';
import { raiseAttention } from './payout-words.ts';

/** A refused attempt in words; what was found or sent as the fact that it is. */
type Outcome = TransferFact | { readonly refused: string };

/**
 * Sends the attempt under way to the organisation's connected account, and books it as paid (decisions 1, "payout by
 * Connect transfer"). What an earlier try has sent already is found and booked instead. A refusal makes it returned, with
 * the money in flight. Throws `ProcessorSilence`: nothing is known then, and it is asked again under the same key.
 */
export async function sendTransfer(deps: PayoutDependencies, request: { payoutId: string }): Promise<PayoutAnswer> {
  const dossier = await openPayout(deps, request.payoutId);
  const { payout } = dossier;
  if (payout.method !== 'transfer' || payout.state !== 'planned') return answerOf(deps, request.payoutId);
  // The fee was all of it: there is nothing to send.
  if (payout.amountMinor === 0) {
    await commitRiders(deps.pool, [paidRider(deps, payout, null)]);
    return answerOf(deps, request.payoutId);
  }
  const account = await cardAccountFor(deps, payout.currency);
  const outcome = account === null ? refused('no_processor_account') : await transferOf(deps, dossier, account);
  if ('refused' in outcome) await giveBack(deps, payout, outcome.refused);
  else if (account !== null) await bookPaid(deps, payout, { account, fact: outcome });
  return answerOf(deps, request.payoutId);
}

/**
 * Compares a paid transfer with the processor: whatever was taken back of it is in flight again, each part once. Taken
 * back wholly it is returned; until then it stays paid, and wants a person. Throws `ProcessorSilence`.
 */
export async function checkTransfer(deps: PayoutDependencies, request: { payoutId: string }): Promise<PayoutAnswer> {
  const { payout } = await openPayout(deps, request.payoutId);
  const { transferRef } = payout;
  if (payout.method !== 'transfer' || payout.state !== 'confirmed' || !transferRef) {
    return answerOf(deps, request.payoutId);
  }
  const account = await accountOf(deps, payout);
  const reversals = await deps.transfersAt(account).reversalsOf(transferRef);
  const reversedMinor = await bookReversals(deps, payout, { account, reversals });
  if (reversedMinor > 0 && reversedMinor < payout.amountMinor) {
    const reason = `transfer_partly_reversed: ${reversedMinor} of ${payout.amountMinor}`;
    return raiseAttention(deps, { payoutId: request.payoutId, reason });
  }
  if (reversedMinor === 0 && payout.attentionReason === silentProcessor) {
    await commitRiders(deps.pool, [payoutNote(payout, { attention_reason: null, updated_at: deps.now() })]);
  }
  return answerOf(deps, request.payoutId);
}

async function transferOf(
  deps: PayoutDependencies,
  { payout, organisation }: PayoutDossier,
  account: ProcessorAccount,
): Promise<Outcome> {
  const port = deps.transfersAt(account);
  const attempt = { payoutId: payout.id, attemptNo: payout.attemptNo };
  // The processor forgets keys after a while, and the account to pay to may have changed since.
  const found = await port.find(attempt);
  if (found !== null) return found;
  const { connectedAccountRef: destinationRef } = organisation;
  if (!destinationRef) return refused('no_connected_account');
  const { amountMinor, currency } = payout;
  return orRefused(port.send({ ...attempt, key: transferKey(attempt), amountMinor, currency, destinationRef }));
}

async function orRefused(sent: ReturnType<TransferPort['send']>): Promise<Outcome> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof ProcessorRefusal) return refused(`${error.code}: ${error.message}`);
    throw error;
  }
}

function refused(reason: string): Outcome {
  return { refused: reason.slice(0, 255) };
}

/** Nothing has moved: the money is in flight as before. */
async function giveBack(deps: PayoutDependencies, payout: Payout, reason: string): Promise<void> {
  const columns = { outcome: reason, attention_reason: `refused: ${reason}`.slice(0, 255), updated_at: deps.now() };
  await commitRiders(deps.pool, [payoutRider(payout, 'return', columns)]);
}

interface Booking {
  readonly account: ProcessorAccount;
  readonly fact: TransferFact;
}

async function bookPaid(deps: PayoutDependencies, payout: Payout, { account, fact }: Booking): Promise<void> {
  if (fact.amountMinor !== payout.amountMinor) {
    throw new InvariantViolation(`Transfer ${fact.transferRef} is not of the amount of payout ${payout.id}.`);
  }
  const transaction = payoutByTransfer({
    ...eventOf(deps, payout),
    processor: account,
    processorAccountId: account.id,
    providerRef: fact.transferRef,
  });
  await mustPost(deps, transaction, [paidRider(deps, payout, fact.transferRef)]);
}

function paidRider(deps: PayoutDependencies, payout: Payout, transferRef: string | null) {
  const now = deps.now();
  const outcome = transferRef === null ? 'nothing to transfer' : 'transferred';
  const columns = { outcome, attention_reason: null, transfer_ref: transferRef, paid_at: now, updated_at: now };
  return payoutRider(payout, 'confirm', columns);
}

/** Books what is not in the book yet; answers how much was taken back in all. */
async function bookReversals(
  deps: PayoutDependencies,
  payout: Payout,
  { account, reversals }: { readonly account: ProcessorAccount; readonly reversals: readonly TransferReversal[] },
): Promise<number> {
  let reversedMinor = 0;
  for (const [index, reversal] of reversals.entries()) {
    reversedMinor += reversal.amountMinor;
    const isWhole = reversedMinor === payout.amountMinor;
    await bookReversed(deps, payout, { account, reversal, reversalNo: index + 1, isWhole });
  }
  return reversedMinor;
}

interface TakenBack {
  readonly account: ProcessorAccount;
  readonly reversal: TransferReversal;
  /** The processor adds reversals and never drops one, so that the same number is the same reversal. */
  readonly reversalNo: number;
  /** With it nothing is left of the transfer. */
  readonly isWhole: boolean;
}

async function bookReversed(deps: PayoutDependencies, payout: Payout, back: TakenBack): Promise<void> {
  const { account, reversal, reversalNo } = back;
  const event = eventOf(deps, payout);
  const transaction = payoutTransferReversed({
    ...event,
    amount: money(reversal.amountMinor, event.amount.currency),
    processor: account,
    processorAccountId: account.id,
    providerRef: reversal.reversalRef,
    reversalNo,
  });
  const columns = { outcome: 'transfer_reversed', attention_reason: 'transfer_reversed', updated_at: deps.now() };
  await mustPost(deps, transaction, back.isWhole ? [payoutRider(payout, 'return', columns)] : []);
}

/** The account that has paid; the platform's may be another one by now. */
async function accountOf(deps: PayoutDependencies, payout: Payout): Promise<ProcessorAccount> {
  const opKey = transferOpKey({ payoutId: payout.id, attemptNo: payout.attemptNo });
  const [paid] = await readTransactions(deps.pool, { by: 'op_key', value: opKey });
  const id = processorAccountId(paid?.links.processorAccountId ?? '');
  return unitOfWork(deps.orm).findOneOrFail(ProcessorAccount, { id });
}
