import { isFinalSaleState } from '../../domain/counter/sale.ts';
import { saleEventsOfMany, type SaleEventRow } from '../../entities/counter/sales.read.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import type { Logger } from '../operations/logger.ts';

/** How often the events of all watched sales are read, in ms; a wake-up reads at once. */
export const pollMs = 250;
/** Sales in one query. */
const chunkSize = 200;

/** Who watches a sale, from which event on. */
export interface SaleListener {
  readonly saleId: string;
  /** The last event that the listener has. */
  after: number;
  /** Called in order, each event once. */
  next(event: SaleEventRow): void;
  /** The sale is final, or the process stops. */
  end(): void;
}

/**
 * One poll per process for all who watch sales (decisions D55): each round reads what is new for every watched sale,
 * and there is none while nobody watches. A sale whose state is final ends its listeners.
 */
export class SaleEventHub {
  readonly #pool: SqlPool;
  readonly #log: Logger;
  readonly #listeners = new Set<SaleListener>();
  #timer: NodeJS.Timeout | undefined;
  #reading = false;

  constructor(pool: SqlPool, log: Logger) {
    this.#pool = pool;
    this.#log = log;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** Begins to watch; answers how to stop. */
  watch(listener: SaleListener): () => void {
    this.#listeners.add(listener);
    this.wake();
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Reads at once instead of at the next tick. */
  wake(): void {
    this.#readIn(0);
  }

  /** There is one pending round at most, however often it is woken. */
  #readIn(waitMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#round(), waitMs);
  }

  /** Ends all listeners: they come back to another process with their last event's number. */
  close(): void {
    clearTimeout(this.#timer);
    for (const listener of this.#listeners) listener.end();
    this.#listeners.clear();
  }

  async #round(): Promise<void> {
    if (this.#reading) return;
    this.#reading = true;
    try {
      for (const chunk of chunks([...this.#listeners], chunkSize)) await this.#deliver(chunk);
    } catch (error) {
      this.#log.warn({ err: error }, 'sale events could not be read; trying again');
    } finally {
      this.#reading = false;
      if (this.#listeners.size > 0) this.#readIn(pollMs);
    }
  }

  async #deliver(listeners: readonly SaleListener[]): Promise<void> {
    const after = new Map<string, number>();
    for (const { saleId, after: seen } of listeners) after.set(saleId, Math.min(seen, after.get(saleId) ?? seen));
    const events = Map.groupBy(await saleEventsOfMany(this.#pool, after), (event) => event.saleId);
    for (const listener of listeners) this.#tell(listener, events.get(listener.saleId) ?? []);
  }

  #tell(listener: SaleListener, events: readonly SaleEventRow[]): void {
    const news = events.filter((event) => event.no > listener.after);
    for (const event of news) {
      listener.after = event.no;
      listener.next(event);
    }
    const last = news.at(-1);
    if (last === undefined || !isFinalSaleState(last.state)) return;
    this.#listeners.delete(listener);
    listener.end();
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}
