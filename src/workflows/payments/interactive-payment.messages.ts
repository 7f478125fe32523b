import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CheckoutTiming, PaymentSnapshot } from '../../domain/payments/payment-snapshot.ts';

/** The workflow of a payment; a payment's id is never used twice, so neither is this. */
export function interactivePaymentWorkflowId(paymentId: string): string {
  return `payment-${paymentId}`;
}

export interface InteractivePaymentInput {
  readonly schema: 1;
  readonly paymentId: string;
  readonly timing: CheckoutTiming;
}

/** Answers what became of it, or the checkout that it needs. Names are prefixed, since a worker serves all workflows. */
export const beginPayment = defineUpdate<PaymentSnapshot>('beginPayment');
/** Books within the funds of a payment; the booking's rows say what, and what became of it. */
export const bookPayment = defineUpdate<PaymentSnapshot, [{ readonly bookingId: string }]>('bookPayment');
export const cancelPayment = defineUpdate<PaymentSnapshot>('cancelPayment');
/** Something may have happened to the card money: look (C54). */
export const cardNews = defineSignal('cardNews');
/** The top-up that the payment waited for has ended; the row says how. */
export const topUpEnded = defineSignal('topUpEnded');
export const paymentStatus = defineQuery<PaymentSnapshot | null>('paymentStatus');
