import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../domain/errors.ts';

/** Requests per minute of one caller in this process; several processes multiply it. */
export class RateLimit {
  readonly #limiter: RateLimiterMemory;

  constructor(perMinute: number) {
    this.#limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  }

  /** Counts one request of `caller`, or throws `rate_limited` with the seconds to wait. */
  async count(caller: string): Promise<void> {
    try {
      await this.#limiter.consume(caller);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const retryAfterSeconds = Math.max(1, Number((refusal.msBeforeNext / 1_000).toFixed(0)));
      throw new DomainError('rate_limited', 'This key sends too many requests.', { retryAfterSeconds });
    }
  }
}
