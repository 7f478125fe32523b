import { providerEventId } from '../../domain/ids.ts';
import type { PaymentFact } from '../../domain/counter/processor-port.ts';
import { ProviderEvent } from '../../entities/events/provider-event.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { SaleChanges } from '../../entities/counter/sale-changes.ts';
import { activityEdge } from '../activity-edge.ts';
import { commit, openDesk, type SaleDependencies, type SaleDesk } from '../counter/sale-desk.ts';
import { postLateMoney } from '../counter/sale-posting.ts';

export type LateEventActivities = ReturnType<typeof createLateEventActivities>;

/** `settled`: the book agrees with the processor again. `attention`: a person must decide, the reason says what. */
export interface LateEventOutcome {
  readonly kind: 'settled' | 'attention';
  readonly reason: string;
}

/** Events of sales that are over (spec/temporal.md 5.1): the processor is read again and compared with the book. */
export function createLateEventActivities(deps: SaleDependencies) {
  return {
    settleLateEvent: (request: { eventRowId: string; saleId: string }): Promise<LateEventOutcome> =>
      activityEdge(() => settleLateEvent(deps, request)),
    /** A person has dealt with it; the sale no longer asks for attention. */
    closeLateEvent: (request: { saleId: string; reason: string }): Promise<void> =>
      activityEdge(() => closeLateEvent(deps, request)),
  };
}

async function settleLateEvent(
  deps: SaleDependencies,
  request: { eventRowId: string; saleId: string },
): Promise<LateEventOutcome> {
  const desk = await openDesk(deps, request.saleId);
  const event = await unitOfWork(deps.orm).findOneOrFail(ProviderEvent, { id: providerEventId(request.eventRowId) });
  const { paymentRef, state } = desk.file.sale;
  if (!paymentRef) return attend(desk, `${event.type} names a sale that has no payment`);
  const payment = await desk.processor.readPayment(paymentRef);
  if (state === 'posted') return compareWithBook(desk, payment);
  return payment.status === 'captured' ? receiveLateMoney(desk, payment) : releaseLateMoney(desk, payment);
}

async function compareWithBook(desk: SaleDesk, payment: PaymentFact): Promise<LateEventOutcome> {
  const { capturedMinor } = desk.file.sale;
  if (payment.capturedMinor === capturedMinor) return { kind: 'settled', reason: 'the book agrees' };
  return attend(desk, `the processor captured ${payment.capturedMinor}, the book has ${capturedMinor}`);
}

/** Money for a sale that was given up: it is ours to give back, so it waits where everybody can see it. */
async function receiveLateMoney(desk: SaleDesk, payment: PaymentFact): Promise<LateEventOutcome> {
  await postLateMoney(desk, payment);
  return attend(desk, `${payment.capturedMinor} minor units arrived after the sale was ${desk.file.sale.state}`);
}

async function releaseLateMoney(desk: SaleDesk, payment: PaymentFact): Promise<LateEventOutcome> {
  if (payment.status === 'canceled') return { kind: 'settled', reason: 'the payment is canceled' };
  const key = `sale-${desk.file.sale.id}-late-cancel-${desk.file.sale.version}`;
  const outcome = await desk.processor.withdraw({ key, paymentRef: payment.paymentRef, readerRef: null });
  if (outcome.kind === 'too_late') return receiveLateMoney(desk, outcome.payment);
  if (outcome.kind === 'not_stoppable') return attend(desk, 'the processor does not let go of a late authorization');
  return { kind: 'settled', reason: 'the late authorization was released' };
}

async function attend(desk: SaleDesk, reason: string): Promise<LateEventOutcome> {
  if (desk.file.sale.attentionReason !== reason) {
    const fresh = await openDesk(desk.deps, desk.file.sale.id);
    const changes = new SaleChanges(fresh.file).set({ attention_reason: reason });
    await commit(fresh, changes.note('needs_attention', reason, desk.deps.now()));
  }
  return { kind: 'attention', reason };
}

async function closeLateEvent(deps: SaleDependencies, request: { saleId: string; reason: string }): Promise<void> {
  const desk = await openDesk(deps, request.saleId);
  if (!desk.file.sale.attentionReason) return;
  const changes = new SaleChanges(desk.file).set({ attention_reason: null });
  await commit(desk, changes.note('attended', request.reason, deps.now()));
}
