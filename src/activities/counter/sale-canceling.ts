import type { PaymentFact, WithdrawOutcome } from '../../domain/counter/processor-port.ts';
import { isFinalSaleState, type SaleState } from '../../domain/counter/sale.ts';
import { answerWhenOver } from '../../domain/counter/sale-over.ts';
import type { SaleAnswer, SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { SaleChanges, snapshotOf } from '../../entities/counter/sale-changes.ts';
import { commit, openDesk, prepare, type SaleDependencies, type SaleDesk } from './sale-desk.ts';
import { settle } from './sale-settling.ts';

export interface CancelSaleRequest {
  readonly saleId: string;
  /** `canceled` by a person, `expired` by time. */
  readonly ending: 'canceled' | 'expired';
  readonly reason: string;
  readonly actor: string;
}

/**
 * Gives a sale up: compares and clears the reader, reads and cancels the payment, and says truthfully who won. Money
 * that was taken meanwhile is posted and the cancel refused; authorized money is released.
 */
export async function cancelSale(deps: SaleDependencies, request: CancelSaleRequest): Promise<SaleAnswer> {
  const desk = await openDesk(deps, request.saleId);
  const { sale, reader } = desk.file;
  if (isFinalSaleState(sale.state) || sale.state === 'captured')
    return answerWhenOver({ kind: 'cancel' }, snapshotOf(desk.file, deps.now()));
  const payment = await knownPayment(desk);
  if (payment === null) return { kind: 'done', sale: await commit(desk, ending(desk, request, null)) };
  const outcome = await desk.processor.withdraw({
    // A commit makes a new key, a lost answer keeps the old one.
    key: `sale-${sale.id}-cancel-${sale.version}`,
    paymentRef: payment.paymentRef,
    readerRef: reader?.leaseOwner === sale.id ? reader.providerRef : null,
  });
  return conclude(desk, request, outcome);
}

/** Nobody began the sale: it has no payment and no reader. */
export async function lapseSale(deps: SaleDependencies, request: { saleId: string }): Promise<SaleSnapshot> {
  const desk = await openDesk(deps, request.saleId);
  if (desk.file.sale.state !== 'created') return snapshotOf(desk.file, deps.now());
  return commit(desk, new SaleChanges(desk.file).become('lapse', 'nobody began it in time', deps.now()));
}

async function conclude(desk: SaleDesk, request: CancelSaleRequest, outcome: WithdrawOutcome): Promise<SaleAnswer> {
  const { payment } = outcome;
  switch (outcome.kind) {
    case 'withdrawn':
      return { kind: 'done', sale: await commit(desk, ending(desk, request, payment)) };
    case 'too_late':
      return answerWhenOver({ kind: 'cancel' }, await settle(desk, payment, null));
    case 'not_stoppable': {
      const why = `${request.reason}; the card is being authorized`;
      const changes = new SaleChanges(desk.file).note('cancel_requested', why, desk.deps.now());
      return { kind: 'unknown', sale: await commit(desk, changes) };
    }
  }
}

function ending(desk: SaleDesk, request: CancelSaleRequest, payment: PaymentFact | null): SaleChanges {
  const at = desk.deps.now();
  const changes = new SaleChanges(desk.file);
  if (payment !== null) changes.ownPayment(payment, at);
  changes.become(request.ending === 'canceled' ? 'cancel' : 'expire', `${request.reason} (${request.actor})`, at);
  if (stillAtReader(desk.file.sale.state)) changes.endAttempt(request.ending, { code: null, chargeRef: null }, at);
  return changes.set({ attention_reason: null }).settleCardTransaction({ state: 'canceled' }).releaseReader();
}

/** The payment, if one may exist: a dispatch that died may have made it without writing its name. */
async function knownPayment(desk: SaleDesk): Promise<{ paymentRef: string } | PaymentFact | null> {
  const { sale } = desk.file;
  if (sale.paymentRef) return { paymentRef: sale.paymentRef };
  return sale.state === 'dispatching' || sale.state === 'unresolved' ? prepare(desk) : null;
}

function stillAtReader(state: SaleState): boolean {
  return state === 'dispatching' || state === 'awaiting_card' || state === 'unresolved';
}
