import { parseCurrency } from '../../domain/currency.ts';
import { formatMajor, money } from '../../domain/money.ts';
import type { PaymentFact } from '../../domain/counter/processor-port.ts';
import { refusal, type SaleAnswer, type SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { admitsCommand, isFinalSaleState } from '../../domain/counter/sale.ts';
import { answerWhenOver, type ClosedCommand } from '../../domain/counter/sale-over.ts';
import { SaleChanges, snapshotOf } from '../../entities/counter/sale-changes.ts';
import { commit, openDesk, readReader, type SaleDependencies, type SaleDesk } from './sale-desk.ts';
import { postCapture } from './sale-posting.ts';
import { settle } from './sale-settling.ts';

export interface TakeSaleRequest {
  readonly saleId: string;
  /** Minor units, tip included; absent: all that is authorized. */
  readonly amountMinor?: number;
  readonly actor: string;
}

/**
 * Captures and posts. The processor is read first, because the till may have seen the tap before we did (decisions
 * D65); what it holds then decides. Asking again for what was captured is answered, not refused.
 */
export async function takeSale(deps: SaleDependencies, request: TakeSaleRequest): Promise<SaleAnswer> {
  const desk = await openDesk(deps, request.saleId);
  const { sale } = desk.file;
  if (isFinalSaleState(sale.state)) return answerWhenOver(commandOf(request), snapshotOf(desk.file, deps.now()));
  if (!sale.paymentRef || !admitsCommand('capture', sale.state)) return conflict(snapshotOf(desk.file, deps.now()));
  const payment = await desk.processor.readPayment(sale.paymentRef);
  switch (payment.status) {
    case 'captured':
      return answerWhenOver(commandOf(request), await postCapture(desk, payment));
    case 'authorized':
      return takeAuthorized(desk, payment, request.amountMinor ?? null);
    default:
      return conflict(await settle(desk, payment, await readReader(desk)));
  }
}

/** Takes money that the processor holds; `wantedMinor` null means all of it. The rest is released. */
export async function takeAuthorized(
  desk: SaleDesk,
  payment: PaymentFact,
  wantedMinor: number | null,
): Promise<SaleAnswer> {
  const { sale } = desk.file;
  const amountMinor = wantedMinor ?? sale.captureRequestedMinor ?? payment.authorizedMinor;
  const here = snapshotOf(desk.file, desk.deps.now());
  if (amountMinor > payment.authorizedMinor) {
    const message = `Only ${inWords(payment.authorizedMinor, sale.currency)} are authorized, not ${inWords(amountMinor, sale.currency)}.`;
    return refusal('authorization_exceeded', message, here);
  }
  if (sale.state === 'capturing' && sale.captureRequestedMinor !== amountMinor) {
    return refusal('sale_state_conflict', 'The sale is capturing another amount already.', here);
  }
  await commit(desk, intention(desk, payment, amountMinor));
  // The key names the amount: another amount after a refusal is another intention.
  const key = `sale-${sale.id}-capture-${amountMinor}`;
  const outcome = await desk.processor.take({ key, paymentRef: payment.paymentRef, amountMinor });
  const after = await settle(await openDesk(desk.deps, sale.id), outcome.payment, null);
  if (outcome.kind === 'taken') return { kind: 'done', sale: after };
  return refusal('processor_refused', `The processor did not take the money: ${outcome.code}.`, after);
}

/** Written before the world is asked, so that a lost answer is known to be missing. */
function intention(desk: SaleDesk, payment: PaymentFact, amountMinor: number): SaleChanges {
  const at = desk.deps.now();
  const changes = new SaleChanges(desk.file);
  if (changes.state !== 'authorized' && changes.state !== 'capturing') {
    changes.become('authorize', null, at).recordPayment(payment);
    changes.endAttempt('approved', { code: null, chargeRef: payment.chargeRef }, at).releaseReader();
  }
  return changes
    .become('take', inWords(amountMinor, desk.file.sale.currency), at)
    .set({ capture_requested_minor: amountMinor });
}

function inWords(amountMinor: number, currency: string): string {
  return `${formatMajor(money(amountMinor, parseCurrency(currency)))} ${currency}`;
}

function commandOf(request: TakeSaleRequest): ClosedCommand {
  return { kind: 'capture', amountMinor: request.amountMinor };
}

function conflict(sale: SaleSnapshot): SaleAnswer {
  return refusal('sale_state_conflict', `The sale is ${sale.state}: there is nothing to capture.`, sale);
}
