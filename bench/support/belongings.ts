/** Whoever looks after what a bench opens: processes, databases, connections. */
export interface Owner {
  /** Has `giveBack` called when the bench is over, whether it succeeded or not. */
  owns(giveBack: () => unknown): void;
}

/** What a bench has opened, to be given back in the reverse order, so that nothing outlives the command. */
export class Belongings implements Owner {
  readonly #giveBacks: (() => unknown)[] = [];

  owns(giveBack: () => unknown): void {
    this.#giveBacks.push(giveBack);
  }

  /** Gives everything back; one that fails does not keep the others. Answers what failed. */
  async giveBack(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (let next = this.#giveBacks.pop(); next !== undefined; next = this.#giveBacks.pop()) {
      try {
        await next();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }
}
