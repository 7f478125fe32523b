/** One thing that must be there for the API to be of use; rejects when it is not. */
export type HealthCheck = () => Promise<unknown>;

/** What a load balancer wants to know. */
export interface Readiness {
  readonly ready: boolean;
  /** `up`, or `down`, for every part; no reasons, since this is open to everyone. */
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
}

/** How long a check may take before it counts as failed, in ms. */
const checkTimeoutMs = 2_000;

/** Without these nothing can be served. While only another part is away, webhooks are still stored and reads answered. */
const vital: ReadonlySet<string> = new Set(['database']);

/** Knows whether this process can serve: what it cannot do without answers, and it is not about to stop. */
export class Health {
  readonly #checks: Readonly<Record<string, HealthCheck>>;
  #draining = false;

  constructor(checks: Readonly<Record<string, HealthCheck>>) {
    this.#checks = checks;
  }

  /** From now on not ready: the balancer sends new requests elsewhere while the running ones are finished. */
  drain(): void {
    this.#draining = true;
  }

  async readiness(): Promise<Readiness> {
    const names = Object.keys(this.#checks);
    const results = await Promise.all(names.map((name) => this.#isUp(name)));
    const checks = Object.fromEntries(names.map((name, at) => [name, results[at] === true ? 'up' : 'down'] as const));
    return {
      ready: !this.#draining && names.every((name, at) => results[at] === true || !vital.has(name)),
      checks: { ...checks, process: this.#draining ? 'down' : 'up' },
    };
  }

  async #isUp(name: string): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const timer = setTimeout(() => {
      resolve(false);
    }, checkTimeoutMs);
    try {
      const check = this.#checks[name]?.().then(
        () => true,
        () => false,
      );
      return await Promise.race([check ?? late, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
