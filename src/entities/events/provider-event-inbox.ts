import type { IncomingEvent } from './incoming-event.ts';
import { InboxLane, isRefused } from './inbox-lane.ts';
import { newId } from '../new-id.ts';

export type Receipt = 'stored' | 'duplicate';

export interface Inbox {
  /** Answers once the event is durably stored, or known to be stored already. Rejects when the database is away. */
  receive(event: IncomingEvent): Promise<Receipt>;
  close(): Promise<void>;
}

export interface InboxOptions {
  readonly databaseUrl: string;
  /** Told, after the commit and outside of any request, which rows are new. Must not throw. */
  readonly onStored: (eventRowIds: readonly string[]) => void;
  /** After this the inbox sweep takes a row that nobody dispatched, in ms. */
  readonly sweepAfterMs?: number;
  /** How long the database may take before a request is told to come back, in ms. */
  readonly timeoutMs?: number;
}

interface Entry {
  readonly key: string;
  readonly id: string;
  readonly event: IncomingEvent;
  readonly waiting: { readonly answer: (receipt: Receipt) => void; readonly fail: (error: unknown) => void }[];
}

const groupRows = 200;
const groupBytes = 4_000_000;
/** Keys of rows that are committed; a storm of retries is answered without the database. */
const rememberedKeys = 20_000;
/** While one group waits for its commit another is made and sent; more than two only make them smaller. */
const laneCount = 2;

/**
 * The inbox's way in: while statements are on their way to the database, the events that arrive gather and go with the
 * next, so that many deliveries share one commit and a lone one waits for nobody. An event that is given many times,
 * at once or later, makes one row.
 */
export function createInbox(options: InboxOptions): Inbox {
  return new GroupedInbox(options);
}

class GroupedInbox implements Inbox {
  readonly #onStored: InboxOptions['onStored'];
  readonly #known = new Set<string>();
  readonly #pending = new Map<string, Entry>();
  readonly #writing = new Map<string, Entry>();
  readonly #lanes: readonly InboxLane[];
  readonly #idle: InboxLane[];
  readonly #busy = new Set<Promise<void>>();
  #isGathering = false;

  constructor({ databaseUrl, onStored, sweepAfterMs = 3_000, timeoutMs = 4_000 }: InboxOptions) {
    this.#onStored = onStored;
    const make = (): InboxLane => new InboxLane({ databaseUrl, sweepAfterMs, timeoutMs });
    this.#lanes = Array.from({ length: laneCount }, make);
    this.#idle = [...this.#lanes];
  }

  receive(event: IncomingEvent): Promise<Receipt> {
    const key = keyOf(event);
    if (this.#known.has(key)) return Promise.resolve('duplicate');
    return new Promise((answer, fail) => {
      const entry = this.#writing.get(key) ?? this.#pending.get(key) ?? this.#enter(key, event);
      entry.waiting.push({ answer, fail });
      this.#startLane();
    });
  }

  async close(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy);
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  #enter(key: string, event: IncomingEvent): Entry {
    const entry = { key, id: newId('providerEvent'), event, waiting: [] };
    this.#pending.set(key, entry);
    return entry;
  }

  /** One lane at a time gathers; it makes way for the next as soon as it has its group. */
  #startLane(): void {
    if (this.#isGathering || this.#pending.size === 0) return;
    const lane = this.#idle.pop();
    if (lane === undefined) return;
    this.#isGathering = true;
    const run = this.#run(lane).finally(() => this.#busy.delete(run));
    this.#busy.add(run);
  }

  async #run(lane: InboxLane): Promise<void> {
    // Deliveries that were read from their sockets in this turn of the loop share the first statement.
    await new Promise(setImmediate);
    const group = this.#takeGroup();
    this.#isGathering = false;
    this.#startLane();
    await this.#store(lane, group);
    this.#idle.push(lane);
    this.#startLane();
  }

  #takeGroup(): readonly Entry[] {
    const group: Entry[] = [];
    let bytes = 0;
    // In order of their key, so that two lanes, or two processes, never wait for each other's rows.
    for (const entry of [...this.#pending.values()].sort(byKey)) {
      if (group.length > 0 && (group.length >= groupRows || bytes + entry.event.payload.length > groupBytes)) break;
      bytes += entry.event.payload.length;
      group.push(entry);
      this.#pending.delete(entry.key);
      this.#writing.set(entry.key, entry);
    }
    return group;
  }

  /** Stores a group; where one row is what the database refuses, the others do not fail with it. */
  async #store(lane: InboxLane, group: readonly Entry[]): Promise<void> {
    try {
      const stored = await lane.store(group);
      for (const entry of group) this.#settle(entry, stored.has(entry.id) ? 'stored' : 'duplicate');
      if (stored.size > 0) this.#onStored([...stored]);
    } catch (error) {
      const single = group.length === 1 || !isRefused(error);
      for (const entry of group) {
        if (single) this.#fail(entry, error);
        else await this.#store(lane, [entry]);
      }
    }
  }

  #settle(entry: Entry, first: Receipt): void {
    this.#remember(entry.key);
    this.#writing.delete(entry.key);
    entry.waiting.forEach(({ answer }, index) => {
      answer(index === 0 ? first : 'duplicate');
    });
  }

  #fail(entry: Entry, error: unknown): void {
    this.#writing.delete(entry.key);
    for (const { fail } of entry.waiting) fail(error);
  }

  #remember(key: string): void {
    if (this.#known.size >= rememberedKeys) this.#known.clear();
    this.#known.add(key);
  }
}

function keyOf(event: IncomingEvent): string {
  return `${event.provider} ${event.processorAccountId} ${event.eventKey}`;
}

function byKey(left: Entry, right: Entry): number {
  return left.key < right.key ? -1 : 1;
}
