import { openCounter, type Counter, type CounterOptions } from '../../support/counter.ts';
import { proveBooks, type Proof } from './books.ts';
import { proveMemberBooks, type MemberProof } from './member-books.ts';

/** Nothing is looked for by itself: neither the event sweep nor a sale's own ladder comes before the test is over. */
export const onlyWhatIsDelivered = {
  env: { EVENT_SWEEP_MS: '3600000' },
  timing: { ladderMs: [600_000], cardWaitMs: 3_600_000 },
} as const;

/** What a fault left behind: the test's own findings, and both sides equal to the cent. */
export interface Aftermath<T, P = Proof> {
  readonly found: T;
  readonly proof: P;
}

/** The whole system in this process for as long as `use` takes; then the books are proved, and everything is ended. */
export function withCounter<T>(options: CounterOptions, use: (counter: Counter) => Promise<T>): Promise<Aftermath<T>> {
  return proving(options, use, proveBooks);
}

/** The same for members' money: what stands in the end is what `proveMemberBooks` says. */
export function withMembers<T>(
  options: CounterOptions,
  use: (counter: Counter) => Promise<T>,
): Promise<Aftermath<T, MemberProof>> {
  return proving(options, use, proveMemberBooks);
}

async function proving<T, P>(
  options: CounterOptions,
  use: (counter: Counter) => Promise<T>,
  prove: (counter: Counter) => Promise<P>,
): Promise<Aftermath<T, P>> {
  const env = { API_RATE_LIMIT_PER_MINUTE: '1000000', ...options.env };
  const counter = await openCounter({ ...options, env });
  try {
    const found = await use(counter);
    const proof = await prove(counter);
    await counter.close();
    return { found, proof };
  } catch (error) {
    // What went wrong first is what is told; a system that is half gone may not end in order either.
    await counter.close().catch(() => undefined);
    throw error;
  }
}
