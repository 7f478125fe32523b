/**
 * What a processor of cards on the web must offer. A definite "no" is a value; silence throws, so that the caller asks
 * again with the same key. Amounts are minor units of `currency` as our book counts them.
 */
export interface CardPort {
  /** Makes the payment that a member confirms in the browser; the same `key` gives the same payment. */
  offer(request: OfferRequest): Promise<CardPaymentFact>;
  /** Charges a saved card without its owner. */
  chargeSaved(request: SavedChargeRequest): Promise<CardPaymentFact>;
  /** The payment as the processor holds it: the truth that events only hint at. */
  readPayment(paymentRef: string): Promise<CardPaymentFact>;
  /** Gives an unpaid payment up; the answer says what it is now. */
  withdraw(request: { readonly key: string; readonly paymentRef: string }): Promise<CardPaymentFact>;
}

export interface OfferRequest {
  readonly key: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly description: string;
  /** Never personal data: it is shown in the processor's console. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface SavedChargeRequest extends OfferRequest {
  readonly customerRef: string;
  readonly paymentMethodRef: string;
}

/** A card on the web. */
export interface WebCard {
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}

export interface CardPaymentFact {
  readonly paymentRef: string;
  /** `awaiting`: the member has not confirmed, or must do more. `pending`: confirmed, its money not known yet. */
  readonly status: 'awaiting' | 'pending' | 'captured' | 'canceled';
  readonly currency: string;
  readonly capturedMinor: number;
  readonly chargeRef: string | null;
  readonly card: WebCard | null;
  readonly receiptUrl: string | null;
  /** The last decline, if the newest attempt was one. */
  readonly decline: { readonly code: string; readonly declineCode: string | null; readonly message: string } | null;
  /** The card's owner must be there. */
  readonly needsAction: boolean;
}
