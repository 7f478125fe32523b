import type { WebCard } from '../../domain/cards/card-port.ts';
import { paymentTransitions, type PaymentChange } from '../../domain/payments/member-payment.ts';
import type { PaymentSnapshot, TopUpSnapshot } from '../../domain/payments/payment-snapshot.ts';
import { topUpTransitions, type TopUpChange } from '../../domain/cards/top-up.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider, SqlValue } from '../../ledger/riders.ts';
import type { Payment } from './payment.entity.ts';
import type { TopUp } from '../cards/top-up.entity.ts';

/** What a step changes beside the state. */
type Columns = Readonly<Record<string, SqlValue>>;
type Dated = Columns & { readonly updated_at: Date };

/** Moves a payment's row by `change`, guarded by its version. Throws when the table forbids it. */
export function paymentRider(payment: Payment, change: PaymentChange, columns: Dated): Rider {
  const state = nextState(paymentTransitions, payment.state, change);
  return {
    update: 'payment',
    key: { id: payment.id },
    expectedVersion: payment.version,
    set: { ...columns, state },
  };
}

/** Moves a top-up's row by `change`, guarded by its version. Throws when the table forbids it. */
export function topUpRider(topUp: TopUp, change: TopUpChange, columns: Dated): Rider {
  const state = nextState(topUpTransitions, topUp.state, change);
  return {
    update: 'top_up',
    key: { id: topUp.id },
    expectedVersion: topUp.version,
    set: { ...columns, state },
  };
}

/** What a receipt and a statement show of a card. */
export function cardColumns(card: WebCard | null, receiptUrl: string | null): Columns {
  const { brand, last4, expMonth, expYear } = card ?? { brand: null, last4: null, expMonth: null, expYear: null };
  return { brand, last4, exp_month: expMonth, exp_year: expYear, receipt_url: receiptUrl };
}

/** The rows by which the processor's events and fees find a top-up: whose the payment is, and its card transaction. */
export function ownedPaymentRiders(topUp: TopUp, paymentRef: string, at: Date): readonly Rider[] {
  const owner = { processor_account_id: topUp.processorAccountId, owner_kind: 'top_up', owner_id: topUp.id };
  return [
    { insert: 'provider_object', row: { ...owner, object_id: paymentRef } },
    {
      insert: 'card_transaction',
      row: {
        ...owner,
        id: topUp.cardTransactionId,
        organisation_id: null,
        payment_ref: paymentRef,
        currency: topUp.currency,
        state: 'open',
        created_at: at,
      },
    },
  ];
}

/** The payment as its rows have it. */
export function paymentSnapshotOf(payment: Payment, topUp: TopUp | null): PaymentSnapshot {
  return {
    state: payment.state,
    outcome: payment.outcome ?? null,
    attentionReason: payment.attentionReason ?? null,
    topUp: topUp === null ? null : topUpSnapshotOf(topUp),
    asOf: payment.updatedAt.toISOString(),
  };
}

/** The top-up as its row has it. */
export function topUpSnapshotOf(topUp: TopUp): TopUpSnapshot {
  return {
    id: topUp.id,
    state: topUp.state,
    amountMinor: topUp.amountMinor,
    paymentRef: topUp.paymentRef ?? null,
    failureCode: topUp.failureCode ?? null,
    attentionReason: topUp.attentionReason ?? null,
    asOf: topUp.updatedAt.toISOString(),
  };
}
