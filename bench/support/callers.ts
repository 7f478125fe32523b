/** What a number of callers got done. */
export interface CallerRun {
  readonly count: number;
  readonly perSecond: number;
  /** How long each call took, in ms. */
  readonly latenciesMs: readonly number[];
}

/**
 * Lets `callers` callers work at the same time, each waiting for one answer before it asks again, until `seconds` are
 * over; what was begun by then is finished and counts, and so does the time it takes.
 */
export async function runCallers(
  callers: number,
  seconds: number,
  work: (caller: number) => Promise<void>,
): Promise<CallerRun> {
  const latenciesMs: number[] = [];
  const startedAt = performance.now();
  const until = startedAt + seconds * 1_000;
  const call = async (caller: number): Promise<void> => {
    for (let now = performance.now(); now < until;) {
      await work(caller);
      const answered = performance.now();
      latenciesMs.push(answered - now);
      now = answered;
    }
  };
  await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
  const tookSeconds = (performance.now() - startedAt) / 1_000;
  return { count: latenciesMs.length, perSecond: latenciesMs.length / tookSeconds, latenciesMs };
}
