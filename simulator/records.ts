import type { Stripe } from 'stripe';
import type { ReadMethod, TestCard } from './test-cards.ts';

/** One of Stripe's objects as it is stored: references are ids, never expanded objects. */
type Stored<T, References extends keyof T> = Omit<T, References> & { [K in References]: string | null };

export type IntentRecord = Stored<
  Stripe.PaymentIntent,
  'latest_charge' | 'payment_method' | 'customer' | 'client_secret'
> & { client_secret: string };

export type ChargeRecord = Stored<
  Stripe.Charge,
  'balance_transaction' | 'payment_intent' | 'customer' | 'failure_balance_transaction'
>;

export type RefundRecord = Omit<
  Stored<Stripe.Refund, 'charge' | 'payment_intent' | 'balance_transaction' | 'payment_method'>,
  'status' | 'metadata' | 'failure_balance_transaction'
> & {
  status: 'pending' | 'succeeded' | 'failed' | 'canceled';
  metadata: Record<string, string>;
  failure_balance_transaction?: string;
};

export type DisputeRecord = Omit<Stored<Stripe.Dispute, 'payment_intent'>, 'charge' | 'balance_transactions'> & {
  charge: string;
  balance_transactions: BalanceTransactionRecord[];
};
export type BalanceTransactionRecord = Stored<Stripe.BalanceTransaction, 'source'>;
export type PayoutRecord = Stored<
  Stripe.Payout,
  | 'application_fee'
  | 'balance_transaction'
  | 'destination'
  | 'failure_balance_transaction'
  | 'original_payout'
  | 'reversed_by'
>;
export type TransferReversalRecord = Stored<
  Stripe.TransferReversal,
  'balance_transaction' | 'destination_payment_refund' | 'source_refund' | 'transfer'
>;
export type TransferRecord = Omit<
  Stored<Stripe.Transfer, 'balance_transaction' | 'destination' | 'destination_payment' | 'source_transaction'>,
  'reversals'
> & {
  reversals: { object: 'list'; data: TransferReversalRecord[]; has_more: boolean; url: string };
};
export type PaymentMethodRecord = Stored<Stripe.PaymentMethod, 'customer'>;
export type CustomerRecord = Stripe.Customer;
export type SetupIntentRecord = Stored<
  Stripe.SetupIntent,
  'latest_attempt' | 'payment_method' | 'customer' | 'client_secret'
> & { client_secret: string };
export type SetupAttemptRecord = Stripe.SetupAttempt;
export type LocationRecord = Stripe.Terminal.Location;

/** What a reader is doing: its single slot (terminal.md 4.1). */
export type ActionRecord = Stripe.Terminal.Reader.Action;
export type ReaderRecord = Omit<Stored<Stripe.Terminal.Reader, 'location'>, 'action' | 'status'> & {
  action: ActionRecord | null;
  status: 'online' | 'offline';
};

/** A card as it was read by a reader. */
export interface ReadCard {
  card: TestCard;
  readMethod: ReadMethod;
  readerId: string;
  location: string | null;
}
