/**
 * What a processor must offer for payouts to connected accounts (decisions 1, "payout by Connect transfer"). A definite
 * "no" throws `ProcessorRefusal`; silence throws `ProcessorSilence`, so that the caller asks again with the same key.
 * Amounts are minor units.
 */
export interface TransferPort {
  /** Sends money to a connected account; the same `key` sends it once. */
  send(request: TransferRequest): Promise<TransferFact>;
  /** The transfer that an attempt has made already; null where there is none to be seen. */
  find(attempt: TransferAttempt): Promise<TransferFact | null>;
  /** What was taken back of a transfer since, the oldest first; what was taken back once stays so. */
  reversalsOf(transferRef: string): Promise<readonly TransferReversal[]>;
}

/** One attempt to pay a payout of ours. */
export interface TransferAttempt {
  readonly payoutId: string;
  readonly attemptNo: number;
}

export interface TransferRequest extends TransferAttempt {
  readonly key: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** The connected account at the processor. */
  readonly destinationRef: string;
}

export interface TransferFact {
  readonly transferRef: string;
  readonly amountMinor: number;
}

/** One taking back, of all or of a part. */
export interface TransferReversal {
  readonly reversalRef: string;
  readonly amountMinor: number;
}

/** The key of an attempt: a refused attempt is over for ever, the next one has its own. */
export function transferKey({ payoutId, attemptNo }: TransferAttempt): string {
  return `payout-${payoutId}-transfer-${attemptNo}`;
}
