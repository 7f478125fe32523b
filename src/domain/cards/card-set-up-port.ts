/** Cards that are saved for charges without their owner. Throws when the processor is silent. */
export interface CardSetUpPort {
  /** The newest card that the customer has confirmed, or null when there is none. */
  savedCard(customerRef: string): Promise<SavedCard | null>;
}

export interface SavedCard {
  readonly paymentMethodRef: string;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly expMonth: number | null;
  readonly expYear: number | null;
}
