import type { Random } from './ports.ts';

/** The simulator's randomness, with the seed that repeats it. */
export interface SeededRandom extends Random {
  seed(): number;
  /** Starts again: the same seed and the same calls give the same ids. */
  reseed(seed: number): void;
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Mulberry32: 32 bits of state are plenty for test data, and it is fast. */
export function createRandom(firstSeed: number): SeededRandom {
  let seed = firstSeed;
  let state = firstSeed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    seed: () => seed,
    reseed(newSeed) {
      seed = newSeed;
      state = newSeed >>> 0;
    },
    id(prefix, length) {
      let id = prefix;
      for (let i = 0; i < length; i += 1) id += ALPHABET.charAt(Math.floor(next() * ALPHABET.length));
      return id;
    },
  };
}
