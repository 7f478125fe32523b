import { isPaymentSettled } from '../../domain/payments/member-payment.ts';
import { cardTransactionId, topUpId } from '../../domain/ids.ts';
import type { PaymentSnapshot, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { ProcessorRefusal } from '../../domain/processor-refusal.ts';
import { isTopUpOver } from '../../domain/cards/top-up.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { newId } from '../../entities/new-id.ts';
import {
  ownedPaymentRiders,
  paymentRider,
  paymentSnapshotOf,
  topUpRider,
  topUpSnapshotOf,
} from '../../entities/payments/payment-changes.ts';
import type { PaymentFile, TopUpFile } from '../../entities/payments/payment-file.ts';
import { isDuplicate } from '../../entities/sql-pool.ts';
import type { Rider } from '../../ledger/riders.ts';
import { openPayment, openTopUp, type PaymentDependencies } from '../payments/payment-desk.ts';
import { refusedRiders } from '../payments/payment-paying.ts';
import { chargeTopUp } from './top-up-charging.ts';

/**
 * Offers a checkout for what the balance lacks: the intention is written first, then the processor makes the payment
 * under the top-up's one key, then both rows say so. A second run finds what the first one made. What is below the
 * processor's least charge is charged with that, and the rest stays as credit (INT-07).
 */
export async function offerCheckout(
  deps: PaymentDependencies,
  request: { paymentId: string },
): Promise<PaymentSnapshot> {
  const file = await openPayment(deps, request.paymentId);
  if (isPaymentSettled(file.payment.state)) return paymentSnapshotOf(file.payment, file.topUp);
  if (file.topUp === null) await intend(deps, file);
  const { payment, topUp } = await openPayment(deps, request.paymentId);
  if (topUp === null) throw new Error(`Payment ${payment.id} has lost its top-up.`);
  if (!topUp.paymentRef) await presentOrRefuse(deps, await openTopUp(deps, topUp.id));
  const made = await openPayment(deps, request.paymentId);
  return paymentSnapshotOf(made.payment, made.topUp);
}

/**
 * The same for a top-up that a member chose: exactly the amount that was asked for (cobalt.md 2.5), by a checkout or at
 * once by the saved card (MTU-08).
 */
export async function offerTopUp(deps: PaymentDependencies, request: { topUpId: string }): Promise<TopUpSnapshot> {
  const file = await openTopUp(deps, request.topUpId);
  // Under its one key, so that a charge whose answer was lost is found and not made again.
  if (file.topUp.paymentMethodRef) await chargeTopUp(deps, request);
  else if (!isTopUpOver(file.topUp.state) && !file.topUp.paymentRef) await presentOrRefuse(deps, file);
  return topUpSnapshotOf((await openTopUp(deps, request.topUpId)).topUp);
}

/** Gives up a top-up that nobody began; one that was offered meanwhile stays. */
export async function abandonTopUp(deps: PaymentDependencies, request: { topUpId: string }): Promise<TopUpSnapshot> {
  const { topUp } = await openTopUp(deps, request.topUpId);
  if (topUp.state !== 'created') return topUpSnapshotOf(topUp);
  await commitRiders(deps.pool, [topUpRider(topUp, 'cancel', { failure_code: 'never_begun', updated_at: deps.now() })]);
  return topUpSnapshotOf((await openTopUp(deps, request.topUpId)).topUp);
}

/** The processor stayed silent: whether there is a checkout is not known, and is found out under the same key. */
export async function loseTopUp(deps: PaymentDependencies, request: { topUpId: string }): Promise<TopUpSnapshot> {
  const { topUp } = await openTopUp(deps, request.topUpId);
  if (isTopUpOver(topUp.state) || topUp.state === 'unresolved') return topUpSnapshotOf(topUp);
  await commitRiders(deps.pool, [topUpRider(topUp, 'lose', { updated_at: deps.now() })]);
  return topUpSnapshotOf((await openTopUp(deps, request.topUpId)).topUp);
}

async function intend(deps: PaymentDependencies, file: PaymentFile): Promise<void> {
  const { payment, account, availableMinor } = file;
  const at = deps.now();
  const lacking = payment.amountMinor - availableMinor;
  const row = {
    id: topUpId(newId('topUp')),
    member_id: payment.memberId,
    kind: 'payment',
    payment_id: payment.id,
    amount_minor: Math.max(lacking, deps.limitsOf(payment.currency).chargeMinimumMinor),
    currency: payment.currency,
    state: 'created',
    processor_account_id: account.id,
    card_transaction_id: cardTransactionId(newId('cardTransaction')),
    need_minor: payment.amountMinor,
    balance_minor: availableMinor,
    created_at: at,
    updated_at: at,
    version: 1,
  };
  try {
    await commitRiders(deps.pool, [{ insert: 'top_up', row }]);
  } catch (error) {
    // A run that was taken for dead has written it: there is one top-up for a payment.
    if (!isDuplicate(error)) throw error;
  }
}

/** A payment that the processor will not make, however often it is asked, is refused, not unknown. */
async function presentOrRefuse(deps: PaymentDependencies, file: TopUpFile): Promise<void> {
  try {
    await present(deps, file);
  } catch (error) {
    if (!(error instanceof ProcessorRefusal)) throw error;
    const { topUp, payment } = file;
    const at = deps.now();
    const failure = { failure_code: error.code, failure_message: error.message.slice(0, 255), updated_at: at };
    const refused = payment === null ? [] : refusedRiders({ payment }, 'processor_refused', at);
    await commitRiders(deps.pool, [topUpRider(topUp, 'fail', failure), ...refused]);
  }
}

async function present(deps: PaymentDependencies, { topUp, payment, account }: TopUpFile): Promise<void> {
  const offered = await deps.cardsAt(account).offer({
    key: `top-up-${topUp.id}-intent`,
    amountMinor: topUp.amountMinor,
    currency: topUp.currency,
    description: payment?.description ?? 'Top up',
    metadata: { top_up_id: topUp.id, ...(payment === null ? {} : { payment_id: payment.id }) },
  });
  const at = deps.now();
  const riders: Rider[] = [
    topUpRider(topUp, 'offer', { payment_ref: offered.paymentRef, updated_at: at }),
    ...ownedPaymentRiders(topUp, offered.paymentRef, at),
  ];
  if (payment !== null) riders.push(paymentRider(payment, 'offer', { updated_at: at }));
  await commitRiders(deps.pool, riders);
}
