import type { AttemptOutcome, SaleState } from './sale.ts';

/**
 * What changes about a sale, as plain data: it crosses Temporal and HTTP. An answer to a caller is made from this and
 * from what never changes, so that it can be given again after a crash (decisions D46). Amounts are minor units of the
 * sale's currency.
 */
export interface SaleSnapshot {
  readonly state: SaleState;
  readonly attempt: number;
  readonly readerId: string | null;
  readonly outcome: AttemptOutcome | null;
  readonly declineCode: string | null;
  readonly tipMinor: number;
  readonly authorizedMinor: number;
  readonly capturedMinor: number;
  readonly brand: string | null;
  readonly last4: string | null;
  readonly attentionReason: string | null;
  /** ISO 8601; until when an authorization can be captured. */
  readonly captureBefore: string | null;
  /** ISO 8601; when this came to be so. */
  readonly asOf: string;
}

/** Why a command was refused although it was well-formed. */
export type SaleRefusalCode =
  | 'sale_state_conflict'
  | 'authorization_exceeded'
  | 'reader_busy'
  | 'reader_error'
  | 'reader_in_use'
  | 'reader_offline'
  | 'reader_removed'
  | 'reader_timeout'
  | 'processor_refused';

/** The answer to every command on a sale. `unknown`: the outcome is being found out; nothing may be concluded. */
export type SaleAnswer =
  | { readonly kind: 'done'; readonly sale: SaleSnapshot }
  | { readonly kind: 'unknown'; readonly sale: SaleSnapshot }
  | {
      readonly kind: 'refused';
      readonly code: SaleRefusalCode;
      readonly message: string;
      readonly sale: SaleSnapshot;
      /** With `reader_in_use`: the sale that holds the reader. */
      readonly heldBy?: string;
    };

/** A refusal with the sale as it stands. */
export function refusal(code: SaleRefusalCode, message: string, sale: SaleSnapshot): SaleAnswer {
  return { kind: 'refused', code, message, sale };
}
