import { openCounter, type Counter, type CounterOptions } from '../../support/counter.ts';
import { proveBooks, type Proof } from './books.ts';

/** Nothing is looked for by itself: neither the event sweep nor a sale's own ladder comes before the test is over. */
export const onlyWhatIsDelivered = {
  env: { EVENT_SWEEP_MS: '3600000' },
  timing: { ladderMs: [600_000], cardWaitMs: 3_600_000 },
} as const;

/** What a fault left behind: the test's own findings, and both sides equal to the cent. */
export interface Aftermath<T> {
  readonly found: T;
  readonly proof: Proof;
}

/** The whole system in this process for as long as `use` takes; then the books are proved, and everything is ended. */
export async function withCounter<T>(
  options: CounterOptions,
  use: (counter: Counter) => Promise<T>,
): Promise<Aftermath<T>> {
  const env = { API_RATE_LIMIT_PER_MINUTE: '1000000', ...options.env };
  const counter = await openCounter({ ...options, env });
  try {
    const found = await use(counter);
    const proof = await proveBooks(counter);
    await counter.close();
    return { found, proof };
  } catch (error) {
    // What went wrong first is what is told; a system that is half gone may not end in order either.
    await counter.close().catch(() => undefined);
    throw error;
  }
}
