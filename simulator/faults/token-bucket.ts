/** Real rate limiting (terminal.md 4.9): each account may spend `perSecond` requests a second, up to `burst` at once. */
export interface TokenBucketLimits {
  perSecond: number;
  burst: number;
}

export interface TokenBucket {
  /** Takes a token, or says that there is none. */
  take(accountId: string): boolean;
}

/** `nowMs` is real time, since it is the caller's real speed that is limited. */
export function createTokenBucket({ perSecond, burst }: TokenBucketLimits, nowMs: () => number): TokenBucket {
  const buckets = new Map<string, { tokens: number; filledAtMs: number }>();
  return {
    take(accountId) {
      const now = nowMs();
      const bucket = buckets.get(accountId) ?? { tokens: burst, filledAtMs: now };
      buckets.set(accountId, bucket);
      bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAtMs) * perSecond) / 1000);
      bucket.filledAtMs = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
