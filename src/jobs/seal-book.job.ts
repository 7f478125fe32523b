/** The book's hash chain, sealed outside the hot path (decisions D43). */
export interface Sealer {
  /** Seals what is not sealed yet and answers how many transactions that was. Harmless when another process seals. */
  seal(): Promise<number>;
}

/** Brings the chain up to the book. */
export async function sealBook(sealer: Sealer): Promise<number> {
  return sealer.seal();
}
