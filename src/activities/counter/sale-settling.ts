import type { PaymentFact, ReaderFact } from '../../domain/counter/processor-port.ts';
import { progressOf, type SaleProgress, type SaleStanding } from '../../domain/counter/sale-progress.ts';
import { saleTransitions } from '../../domain/counter/sale.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { nextState } from '../../domain/transition.ts';
import { SaleChanges, snapshotOf } from '../../entities/counter/sale-changes.ts';
import { knownDeclines } from '../../entities/counter/sale-file.ts';
import { commit, type SaleDesk } from './sale-desk.ts';
import { postCapture } from './sale-posting.ts';

/**
 * Writes where the sale stands by what the processor holds, and posts what was captured. Doing it again changes
 * nothing: what is already so is not written twice, and a capture is posted under one op_key.
 */
export async function settle(desk: SaleDesk, payment: PaymentFact, reader: ReaderFact | null): Promise<SaleSnapshot> {
  if (payment.status === 'captured') return postCapture(desk, payment);
  const progress = progressOf(standing(desk), payment, reader);
  const { state } = desk.file.sale;
  if (progress.change === 'none' || nextState(saleTransitions, state, progress.change) === state) {
    return ownUnknownPayment(desk, payment);
  }
  return commit(desk, changesFor(desk, payment, progress));
}

/** What is known on our side for judging the processor's facts. */
export function standing(desk: SaleDesk): SaleStanding {
  return { state: desk.file.sale.state, knownDeclines: knownDeclines(desk.file) };
}

type Movement = Exclude<SaleProgress, { change: 'none' }>;

function changesFor(desk: SaleDesk, payment: PaymentFact, progress: Movement): SaleChanges {
  const at = desk.deps.now();
  const changes = new SaleChanges(desk.file).ownPayment(payment, at).become(progress.change, progress.why, at);
  if (desk.file.sale.attentionReason) changes.set({ attention_reason: null });
  if (progress.outcome === null) return changes;
  const chargeRef = progress.change === 'decline' ? payment.decline?.chargeRef : payment.chargeRef;
  changes
    .endAttempt(progress.outcome, { code: progress.declineCode, chargeRef: chargeRef ?? null }, at)
    .releaseReader();
  if (progress.change === 'authorize') return changes.recordPayment(payment);
  return progress.change === 'decline' ? changes : changes.settleCardTransaction({ state: 'canceled' });
}

/** An earlier run may have made the payment and died before it wrote its name. */
async function ownUnknownPayment(desk: SaleDesk, payment: PaymentFact): Promise<SaleSnapshot> {
  if (desk.file.sale.paymentRef) return snapshotOf(desk.file, desk.deps.now());
  return commit(desk, new SaleChanges(desk.file).ownPayment(payment, desk.deps.now()));
}
