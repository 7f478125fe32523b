import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { invariant } from '../../domain/invariant.ts';
import { money, minimum } from '../../domain/money.ts';
import type { BalanceFact, PaymentFact } from '../../domain/counter/processor-port.ts';
import { progressOf } from '../../domain/counter/sale-progress.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import type { LedgerLinks, NewLedgerTransaction } from '../../domain/ledger.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { SaleChanges, snapshotOf } from '../../entities/counter/sale-changes.ts';
import { knownDeclines, type SaleFile } from '../../entities/counter/sale-file.ts';
import type { PosterItem, PostingResult } from '../../ledger/poster-contract.ts';
import { lateMoney, placeOf, processorFee } from '../../ledger/postings/processor.ts';
import { sale as saleCaptured } from '../../ledger/postings/sale.ts';
import type { Rider } from '../../ledger/riders.ts';
import { commit, openDesk, type SaleDesk } from './sale-desk.ts';

/**
 * Posts captured money to the organisation and moves the sale to its end, in one commit; the processor's fee goes with
 * it when it is known already. Asking again finds it posted and changes nothing.
 */
export async function postCapture(desk: SaleDesk, payment: PaymentFact): Promise<SaleSnapshot> {
  const { sale } = desk.file;
  const at = desk.deps.now();
  if (sale.state === 'posted') return snapshotOf(desk.file, at);
  if (payment.currency !== sale.currency) return stay(desk, payment, `captured in ${payment.currency}`);
  const changes = captured(desk, payment, at).become('post', null, at);
  const result = await postWithFee(desk, payment, changes);
  if (result.kind === 'posted') {
    return result.replayed ? snapshotOf((await openDesk(desk.deps, sale.id)).file, at) : changes.snapshot(at);
  }
  // Somebody moved the row since it was read: the activity is tried again and reads it afresh.
  if (result.code === 'conflict') throw new DomainError('conflict', `Sale ${sale.id} changed while it was posted.`);
  return stay(desk, payment, `the book refused the capture: ${result.code}`);
}

async function postWithFee(desk: SaleDesk, payment: PaymentFact, changes: SaleChanges): Promise<PostingResult> {
  const at = desk.deps.now();
  const transaction = transactionOf(desk.file, payment, at);
  const capture: PosterItem = { kind: 'post', transaction, riders: { onSuccess: changes.riders(at) } };
  const fee = knownFee(desk.file, payment, at);
  const [result] = await desk.deps.poster.postGroup(fee === undefined ? [capture] : [capture, fee]);
  invariant(result?.kind === 'posted' || result?.kind === 'refused', 'A posting is posted or refused.');
  return result;
}

/** Money that arrived after its sale was given up: to suspense, once, until somebody decides (decisions D16). */
export async function postLateMoney(desk: SaleDesk, payment: PaymentFact): Promise<void> {
  const { sale, account } = desk.file;
  const transaction = lateMoney({
    processor: account,
    amount: money(payment.capturedMinor, parseCurrency(payment.currency)),
    occurredAt: desk.deps.now().toISOString(),
    description: `Late payment of sale ${sale.no}`,
    chargeRef: payment.chargeRef ?? payment.paymentRef,
    memberId: null,
    links: { saleId: sale.id, organisationId: sale.organisationId, processorAccountId: account.id },
  });
  const posted = await desk.deps.poster.post(transaction);
  if (posted.kind === 'refused') throw new Error(`Late money of sale ${sale.id} was refused: ${posted.code}`);
}

/** A balance line of the processor and what it belongs to. */
export interface FeeLine {
  readonly account: ProcessorAccount;
  /** What the capture belongs to. */
  readonly links: LedgerLinks;
  readonly paymentRef: string;
  readonly balance: BalanceFact;
}

/** The posting of a processor fee with its mark on the card transaction; a fee of zero is only marked. */
export function feeOf(line: FeeLine, at: Date): { transaction: NewLedgerTransaction | null; mark: Rider } {
  const { account, balance } = line;
  const transaction = processorFee({
    processor: account,
    amount: money(balance.feeMinor, parseCurrency(balance.currency)),
    occurredAt: at.toISOString(),
    description: 'Card processing',
    balanceTransactionRef: balance.balanceTransactionRef,
    links: { ...line.links, processorAccountId: account.id },
  });
  const mark: Rider = {
    update: 'card_transaction',
    key: { processor_account_id: account.id, payment_ref: line.paymentRef },
    set: { balance_transaction_ref: balance.balanceTransactionRef, fee_minor: balance.feeMinor },
  };
  return { transaction, mark };
}

function knownFee(file: SaleFile, payment: PaymentFact, at: Date): PosterItem | undefined {
  const { sale, account } = file;
  if (payment.balance === null) return undefined;
  const links = { saleId: sale.id, organisationId: sale.organisationId };
  const line = { account, links, paymentRef: payment.paymentRef, balance: payment.balance };
  const { transaction, mark } = feeOf(line, at);
  return transaction === null ? undefined : { kind: 'post', transaction, riders: { onSuccess: [mark] } };
}

function captured(desk: SaleDesk, payment: PaymentFact, at: Date): SaleChanges {
  const { sale } = desk.file;
  const changes = new SaleChanges(desk.file).ownPayment(payment, at);
  const progress = progressOf({ state: sale.state, knownDeclines: knownDeclines(desk.file) }, payment, null);
  changes.become('capture', progress.change === 'none' ? null : progress.why, at).recordPayment(payment);
  if (sale.attentionReason) changes.set({ attention_reason: null });
  changes.set({ captured_minor: payment.capturedMinor }).releaseReader();
  if (sale.outcome !== 'approved') {
    changes.endAttempt('approved', { code: null, chargeRef: payment.chargeRef }, at);
  }
  return changes.settleCardTransaction({
    state: 'captured',
    charge_ref: payment.chargeRef,
    captured_minor: payment.capturedMinor,
    captured_at: at,
  });
}

function transactionOf(file: SaleFile, payment: PaymentFact, at: Date): NewLedgerTransaction {
  const { sale, account } = file;
  const currency = parseCurrency(sale.currency);
  const amount = money(payment.capturedMinor, currency);
  const tip = sale.tipMode === 'fixed' ? sale.tipMinor : payment.tipMinor;
  return saleCaptured({
    saleId: sale.id,
    captureNo: 1,
    organisationId: sale.organisationId,
    occurredAt: at.toISOString(),
    description: sale.description ?? `Sale ${sale.no}`,
    cards: [{ processor: placeOf(account, amount), amount }],
    // What a partial capture takes is the tip's first: it is not ours to keep.
    tip: minimum(money(tip, currency), amount),
    currency,
    links: {
      processorAccountId: account.id,
      ...(payment.chargeRef === null ? {} : { providerRef: payment.chargeRef }),
    },
  });
}

/** The money is taken and cannot be posted: visible, open, and looked at again along the ladder. */
async function stay(desk: SaleDesk, payment: PaymentFact, reason: string): Promise<SaleSnapshot> {
  const at = desk.deps.now();
  if (desk.file.sale.attentionReason === reason) return snapshotOf(desk.file, at);
  const changes = captured(desk, payment, at).set({ attention_reason: reason });
  return commit(desk, changes.note('needs_attention', reason, at));
}
