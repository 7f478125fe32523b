/**
 * The processor did not answer, or answered that it cannot: nothing is known about the effect. Never treated as
 * failed; the same key is sent again, or the outcome is looked up.
 */
export class ProcessorSilence extends Error {
  override readonly name = 'ProcessorSilence';
  /** What the processor asked us to wait, if it did, in ms. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number | null } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}
