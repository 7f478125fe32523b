/**
 * What a processor of cards must offer for money that goes back. A definite "no" throws `ProcessorRefusal`; silence
 * throws, so that the caller asks again with the same key. Amounts are minor units of the payment's currency.
 */
export interface CardRefundPort {
  /** Gives money back to the card of a payment; the same `key` gives the same refund. */
  refund(request: CardRefundRequest): Promise<RefundFact>;
  readRefund(refundRef: string): Promise<RefundFact>;
  /** All refunds of a payment, whoever made them. */
  refundsOf(paymentRef: string): Promise<readonly RefundFact[]>;
  disputesOf(paymentRef: string): Promise<readonly DisputeFact[]>;
  /** What the processor would pay out of now. */
  availableMinor(currency: string): Promise<number>;
}

export interface CardRefundRequest {
  readonly key: string;
  readonly paymentRef: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Ours, so that it is known again. */
  readonly refundId: string;
}

export interface RefundFact {
  readonly refundRef: string;
  /** The refund of ours that it is, by its metadata; null for one made at the processor. */
  readonly refundId: string | null;
  readonly status: 'pending' | 'succeeded' | 'failed';
  readonly amountMinor: number;
  readonly currency: string;
  readonly failureReason: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** A movement of disputed money at the processor: below zero it was taken from us, above it came back. */
export interface DisputeMovementFact {
  readonly balanceTransactionRef: string;
  readonly amountMinor: number;
  /** What the processor took for it; below zero it gave that back. */
  readonly feeMinor: number;
}

export interface DisputeFact {
  readonly disputeRef: string;
  /** `inquiry`: only a question, which moves nothing. */
  readonly status: 'inquiry' | 'open' | 'won' | 'lost';
  readonly reason: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly movements: readonly DisputeMovementFact[];
  /** ISO 8601; by when the bank wants to hear from us. */
  readonly evidenceDueAt: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
}
