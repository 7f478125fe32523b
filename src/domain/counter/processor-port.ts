import type { CaptureMode, TipMode } from './sale.ts';

/**
 * What any processor of in-person payments must offer (decisions D63). Workflows and activities branch on
 * `capabilities`, never on a processor's name. A definite "no" is a value; only silence (network, time-out, 5xx) throws,
 * so that the caller retries with the same key or looks the outcome up.
 */
export interface ProcessorPort {
  readonly capabilities: ProcessorCapabilities;
  /** Creates the payment at the processor; the same `key` gives the same payment. */
  prepare(request: PrepareRequest): Promise<PaymentFact>;
  /** Puts a prepared payment on a reader; a new business attempt brings a new `key`. */
  present(request: PresentRequest): Promise<PresentOutcome>;
  /** The payment as the processor holds it: the truth that events only hint at. */
  readPayment(paymentRef: string): Promise<PaymentFact>;
  /** Takes authorized money, in whole or in part. */
  take(request: TakeRequest): Promise<TakeOutcome>;
  /** Gives the payment up: compares, clears the reader, reads, cancels, reads again, and says who won. */
  withdraw(request: WithdrawRequest): Promise<WithdrawOutcome>;
  /** The reader's one action, for telling "still waiting" from "displaced". */
  readReader(readerRef: string): Promise<ReaderFact>;
}

export interface ProcessorCapabilities {
  readonly manualCapture: boolean;
  readonly partialCapture: boolean;
  readonly cancelAction: boolean;
  readonly tip: boolean;
  readonly idempotencyKeys: boolean;
}

/** Amounts are minor units of `currency` as our book counts them, whatever the processor's own exponent. */
export interface PrepareRequest {
  readonly key: string;
  readonly saleId: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly captureMode: CaptureMode;
  readonly description: string | null;
  /** Never personal data: it is shown in the processor's console. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PresentRequest {
  readonly key: string;
  readonly readerRef: string;
  readonly paymentRef: string;
  readonly tipMode: TipMode;
}

export type ReaderRefusal =
  | 'reader_busy'
  | 'reader_offline'
  | 'reader_timeout'
  | 'reader_error'
  | 'payment_not_presentable'
  | 'processor_refused';

export type PresentOutcome =
  | { readonly kind: 'acknowledged' }
  /** `message` is the processor's, fit for staff. `reader_timeout` may be a false negative: read before deciding. */
  | { readonly kind: 'refused'; readonly code: ReaderRefusal; readonly message: string };

export interface PaymentFact {
  readonly paymentRef: string;
  readonly status: 'awaiting_card' | 'processing' | 'authorized' | 'captured' | 'canceled';
  readonly currency: string;
  /** What the payment asks for, tip included once the reader added one. */
  readonly amountMinor: number;
  readonly authorizedMinor: number;
  readonly capturedMinor: number;
  readonly tipMinor: number;
  readonly chargeRef: string | null;
  /** The last decline that the processor remembers; its `chargeRef` tells one attempt's from another's. */
  readonly decline: PaymentDecline | null;
  readonly card: CardFact | null;
  readonly balance: BalanceFact | null;
  /** ISO 8601; when the authorization lapses if nobody captures. */
  readonly captureBefore: string | null;
}

export interface PaymentDecline {
  readonly chargeRef: string | null;
  readonly code: string;
  readonly declineCode: string | null;
}

/** Receipt fields of a card-present payment (decisions D60). */
export interface CardFact {
  readonly brand: string | null;
  readonly last4: string | null;
  readonly readMethod: string | null;
  readonly applicationId: string | null;
  readonly authorizationCode: string | null;
  readonly cardholderVerification: string | null;
}

/** The processor's own ledger line for a capture; its fee is posted once, under its reference (decisions D7). */
export interface BalanceFact {
  readonly balanceTransactionRef: string;
  readonly currency: string;
  readonly feeMinor: number;
  readonly netMinor: number;
}

export interface TakeRequest {
  readonly key: string;
  readonly paymentRef: string;
  readonly amountMinor: number;
}

export type TakeOutcome =
  | { readonly kind: 'taken'; readonly payment: PaymentFact }
  /** The processor said no for good; `payment` is what it holds now. */
  | { readonly kind: 'refused'; readonly code: string; readonly payment: PaymentFact };

export interface WithdrawRequest {
  readonly key: string;
  readonly paymentRef: string;
  readonly readerRef: string | null;
}

export type WithdrawOutcome =
  | { readonly kind: 'withdrawn'; readonly payment: PaymentFact }
  | { readonly kind: 'too_late'; readonly payment: PaymentFact }
  /** The reader is authorizing, or the processor cannot stop it now: ask again. */
  | { readonly kind: 'not_stoppable'; readonly payment: PaymentFact };

export interface ReaderFact {
  readonly readerRef: string;
  readonly online: boolean;
  readonly action: ReaderAction | null;
}

export interface ReaderAction {
  readonly kind: 'payment' | 'display' | 'other';
  readonly status: 'in_progress' | 'succeeded' | 'failed';
  readonly paymentRef: string | null;
  readonly failureCode: string | null;
}

/** One of the processor's events, read back when a webhook may have been lost (decisions D49). */
export interface ProviderEventFact {
  readonly eventId: string;
  readonly type: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** The event as JSON text, client secrets already stripped (decisions D36). */
  readonly payload: string;
}

/** Reading the processor's events and balance since a moment: the sweeps' port. */
export interface ProcessorSweepPort {
  /** Oldest first, all events created at or after `since` (ISO 8601). */
  eventsSince(since: string): AsyncIterable<ProviderEventFact>;
  /** The balance line of a captured charge, once the processor has made it. */
  readBalance(chargeRef: string): Promise<BalanceFact | null>;
}
