/* global AbortController */
import { Interrupted } from './failure.mjs';

/**
 * Runs several works at once. The first failure interrupts the others, waits until they have cleaned up, and is thrown.
 * @param {AbortSignal | undefined} signal interrupts all of them
 * @param {((signal: AbortSignal) => Promise<unknown>)[]} works
 * @returns {Promise<unknown[]>} their results in order
 */
export async function together(signal, works) {
  const siblings = new AbortController();
  const both = signal ? AbortSignal.any([signal, siblings.signal]) : siblings.signal;
  let first;
  const guarded = works.map(async (work) => {
    try {
      return await work(both);
    } catch (error) {
      first ??= { error };
      siblings.abort(new Interrupted('SIGTERM'));
      return undefined;
    }
  });
  const results = await Promise.all(guarded);
  if (first) throw first.error;
  return results;
}
