import { invariant } from '../domain/invariant.ts';
import { identity as defaultIdentity, type Identity } from './identity.ts';
import type { HoldResult, Poster, PosterItem, PosterResult, PostingResult } from './poster-contract.ts';
import { PosterUnavailable } from './poster-contract.ts';
import { prepare } from './prepared-item.ts';
import { Sessions } from './session.ts';
import { WaitingJobs } from './waiting-jobs.ts';
import { Writer } from './writer.ts';

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
  /** Commits that may be under way at once, two by default (docs/adr/0003). */
  readonly writers?: number;
  /** Items that one commit takes at most. */
  readonly batchItemsMax?: number;
  /** Records everything at this time: for books of a month that is over, in demos and tests; never in production. */
  readonly clock?: Date;
}

/**
 * The poster of this process: writers with a connection each, which commit together whatever was asked for while the
 * last commits were under way (decisions D39-D42). While the database works for one, the other judges and waits in line
 * as another process's would: at the row locks. A lone caller does not wait. It connects at the first item.
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
  readonly #waiting: WaitingJobs;
  readonly #lanes: readonly Lane[];
  /** The one that was busy last is taken first: its connection is warm, and a lone caller always has the same. */
  readonly #idle: Lane[];
  readonly #busy = new Set<Promise<void>>();
  #isClosed = false;

  constructor(options: PosterOptions) {
    this.#identity = { ...defaultIdentity, ...options.identity };
    this.#lanes = Array.from({ length: options.writers ?? 2 }, () => laneOf(options, this.#identity));
    this.#waiting = new WaitingJobs({ itemsMax: options.batchItemsMax ?? 256, lanes: this.#lanes.length });
    this.#idle = [...this.#lanes].reverse();
  }

  async add(items: readonly PosterItem[]): Promise<readonly PosterResult[]> {
    if (this.#isClosed) throw new PosterUnavailable('The poster is closed');
    if (items.length === 0) return [];
    const prepared = items.map((item) => prepare(item, this.#identity));
    return new Promise((resolve, reject) => {
      this.#waiting.add({ items: prepared, resolve, reject });
      this.#wake();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    while (this.#busy.size > 0) await Promise.all(this.#busy);
    await Promise.all(this.#lanes.map(({ sessions }) => sessions.close()));
  }

  #wake(): void {
    const lane = this.#idle.pop();
    if (lane === undefined) return;
    const work = this.#drain(lane).finally(() => this.#busy.delete(work));
    this.#busy.add(work);
  }

  /** Runs while there is anything that it may take; what is added meanwhile makes the next batch. */
  async #drain(lane: Lane): Promise<void> {
    do {
      // One turn of the event loop, so that callers who were just answered are in the same batch as those who waited.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#waiting.take();
      if (batch === undefined) break;
      await lane.writer.write(batch.jobs);
      batch.end();
      // What stood in this batch's way is free for the others as well.
      if (!this.#waiting.isEmpty()) this.#wake();
    } while (!this.#waiting.isEmpty());
    this.#idle.push(lane);
  }
}

/** A writer with its connection. */
interface Lane {
  readonly sessions: Sessions;
  readonly writer: Writer;
}

function laneOf(options: PosterOptions, identity: Identity): Lane {
  const sessions = new Sessions({
    databaseUrl: options.databaseUrl,
    replyTimeoutMs: options.replyTimeoutMs ?? 20_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    reconnectForMs: options.reconnectForMs ?? 5_000,
    newReference: identity.newReference,
    clock: options.clock,
  });
  return { sessions, writer: new Writer(sessions) };
}

function only(results: readonly PosterResult[]): PosterResult {
  const [result] = results;
  invariant(result !== undefined && results.length === 1, 'One item has one result');
  return result;
}
