import { invariant } from '../domain/invariant.ts';
import { identity as defaultIdentity, type Identity } from './identity.ts';
import type { HoldResult, Poster, PosterItem, PosterResult, PostingResult } from './poster-contract.ts';
import { PosterUnavailable } from './poster-contract.ts';
import { prepare } from './prepared-item.ts';
import { Sessions } from './session.ts';
import { Writer, type Job } from './writer.ts';

export interface PosterOptions {
  /** mysql:// or mariadb://, with the database's name. */
  readonly databaseUrl: string;
  /** Where names come from; random by default. */
  readonly identity?: Partial<Identity>;
  /** A reply that takes longer counts as lost; must exceed the lock wait of five seconds. */
  readonly replyTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
  /** For how long a lost server is looked for before callers are told. */
  readonly reconnectForMs?: number;
  /** Items that one commit takes at most. */
  readonly batchItemsMax?: number;
}

/**
 * The poster of this process: one writer on one connection of its own, which commits together whatever was asked for
 * while the last commit was under way (decisions D39-D42). A lone caller does not wait. It connects at the first item.
 */
export function createPoster(options: PosterOptions): Poster {
  const queue = new PosterQueue(options);
  return {
    post: async (transaction, riders) =>
      only(await queue.add([{ kind: 'post', transaction, riders }])) as PostingResult,
    postGroup: (items) => queue.add(items),
    placeHold: async (hold, riders) => only(await queue.add([{ kind: 'place', hold, riders }])) as HoldResult,
    releaseHold: async (release, riders) => only(await queue.add([{ kind: 'release', release, riders }])) as HoldResult,
    close: () => queue.close(),
  };
}

class PosterQueue {
  readonly #identity: Identity;
  readonly #sessions: Sessions;
  readonly #writer: Writer;
  readonly #batchItemsMax: number;
  readonly #waiting: Job[] = [];
  #draining: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PosterOptions) {
    this.#identity = { ...defaultIdentity, ...options.identity };
    this.#batchItemsMax = options.batchItemsMax ?? 256;
    this.#sessions = new Sessions({
      databaseUrl: options.databaseUrl,
      replyTimeoutMs: options.replyTimeoutMs ?? 20_000,
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      reconnectForMs: options.reconnectForMs ?? 5_000,
      newReference: this.#identity.newReference,
    });
    this.#writer = new Writer(this.#sessions);
  }

  async add(items: readonly PosterItem[]): Promise<readonly PosterResult[]> {
    if (this.#isClosed) throw new PosterUnavailable('The poster is closed');
    if (items.length === 0) return [];
    const prepared = items.map((item) => prepare(item, this.#identity));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items: prepared, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#draining;
    await this.#sessions.close();
  }

  /** Runs while anything waits; what is added meanwhile makes the next batch. */
  async #drain(): Promise<void> {
    do {
      // One turn of the event loop, so that callers who were just answered are in the same batch as those who waited.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#writer.write(this.#takeBatch());
    } while (this.#waiting.length > 0);
    this.#draining = undefined;
  }

  #takeBatch(): readonly Job[] {
    let itemCount = 0;
    let jobCount = 0;
    for (const job of this.#waiting) {
      if (jobCount > 0 && itemCount + job.items.length > this.#batchItemsMax) break;
      itemCount += job.items.length;
      jobCount += 1;
    }
    return this.#waiting.splice(0, jobCount);
  }
}

function only(results: readonly PosterResult[]): PosterResult {
  const [result] = results;
  invariant(result !== undefined && results.length === 1, 'One item has one result');
  return result;
}
