/** One thing that must be there for the API to be of use; rejects when it is not. */
export type HealthCheck = () => Promise<unknown>;

/** What a load balancer wants to know. */
export interface Readiness {
  readonly ready: boolean;
  /** `up`, or `down`; no reasons, since this is open to everyone. */
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
}

/** How long a check may take before it counts as failed, in ms. */
const checkTimeoutMs = 2_000;

/** Knows whether this process can serve: its surroundings answer, and it is not about to stop. */
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
      ready: !this.#draining && results.every(Boolean),
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
