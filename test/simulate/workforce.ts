import type { ChildProcess } from 'node:child_process';
import { forkWorker, killHard, type Counter } from '../support/counter.ts';

/** The one worker of the system, as a process that can be killed, and the count of its deaths. */
export class Workforce {
  readonly #counter: Counter;
  #worker: ChildProcess | undefined;
  #queue: Promise<void> = Promise.resolve();
  deaths = 0;

  constructor(counter: Counter) {
    this.#counter = counter;
  }

  async start(): Promise<void> {
    this.#worker = await forkWorker(this.#counter);
  }

  /** kill -9; resolves when it is dead. Another one starts at once, and two crashes follow each other. */
  async crash(): Promise<void> {
    await this.#queue;
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    this.deaths += 1;
    await killHard(worker);
    this.#queue = this.start();
  }

  async stop(): Promise<void> {
    await this.#queue;
    if (this.#worker !== undefined) await killHard(this.#worker);
    this.#worker = undefined;
  }
}
