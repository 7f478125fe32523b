import type { Dispatcher, Parcel } from './dispatcher.ts';
import type { Fate } from './rules.ts';

/** Deliveries that the rules keep back: held, collected for a reversal, lost, or waiting for a newer event. */
export class HoldingArea {
  readonly #dispatcher: Dispatcher;
  #held: Parcel[] = [];
  #lost: Parcel[] = [];
  readonly #batches = new Map<string, Parcel[][]>();
  readonly #older = new Map<string, Parcel[]>();

  constructor(dispatcher: Dispatcher) {
    this.#dispatcher = dispatcher;
  }

  get counts(): { held: number; lost: number } {
    const waiting = [...this.#older.values(), ...[...this.#batches.values()].flat()].flat();
    return { held: this.#held.length + waiting.length, lost: this.#lost.length };
  }

  /** Takes all deliveries of one event to one endpoint. */
  take(parcels: readonly Parcel[], fate: Fate): void {
    if (fate.kind === 'send') for (const parcel of parcels) void this.sendThenOlder(parcel, 0);
    else if (fate.kind === 'after-newer') this.#keepUntilNewer(parcels);
    else if (fate.kind === 'reverse') this.#collect(fate, this.#mark(parcels, 'held'));
    else this.#keep(parcels, fate.kind);
  }

  /** Sends, and after it what was waiting for something newer about the same object. `null`: without yielding first. */
  async sendThenOlder(parcel: Parcel, delayMs: number | null): Promise<void> {
    const older = this.#older.get(slotOf(parcel));
    if (older) this.#older.delete(slotOf(parcel));
    await (delayMs === null ? this.#dispatcher.send(parcel) : this.#dispatcher.sendAfter(parcel, delayMs));
    if (older) await this.#dispatcher.sendInOrder(older);
  }

  /** Lets everything go that is held, whatever held it; resolves with the number when all have been attempted. */
  async release(order: 'generated' | 'reversed'): Promise<number> {
    const parcels = [...this.#held, ...[...this.#batches.values()].flat(2), ...[...this.#older.values()].flat()];
    this.#held = [];
    this.#batches.clear();
    this.#older.clear();
    await this.#dispatcher.sendInOrder(order === 'generated' ? parcels : parcels.toReversed());
    return parcels.length;
  }

  /** Sends at last what was lost until replay. */
  async replay(): Promise<number> {
    const parcels = this.#lost;
    this.#lost = [];
    for (const { record } of parcels) record.cause = 'replay';
    await this.#dispatcher.sendInOrder(parcels);
    return parcels.length;
  }

  clear(): void {
    this.#held = [];
    this.#lost = [];
    this.#batches.clear();
    this.#older.clear();
  }

  #keep(parcels: readonly Parcel[], fate: 'drop' | 'lose' | 'hold'): void {
    if (fate === 'drop') this.#mark(parcels, 'dropped');
    if (fate === 'lose') this.#lost.push(...this.#mark(parcels, 'lost'));
    if (fate === 'hold') this.#held.push(...this.#mark(parcels, 'held'));
  }

  #mark(parcels: readonly Parcel[], status: 'dropped' | 'lost' | 'held'): readonly Parcel[] {
    for (const { record } of parcels) record.status = status;
    return parcels;
  }

  #collect({ ruleId, batch }: Extract<Fate, { kind: 'reverse' }>, parcels: readonly Parcel[]): void {
    const key = `${ruleId}/${parcels[0]?.record.endpoint ?? ''}`;
    const events = this.#batches.get(key) ?? [];
    events.push([...parcels]);
    if (events.length < batch) {
      this.#batches.set(key, events);
      return;
    }
    this.#batches.delete(key);
    void this.#dispatcher.sendInOrder(events.toReversed().flat());
  }

  #keepUntilNewer(parcels: readonly Parcel[]): void {
    for (const parcel of parcels) {
      if (this.#older.has(slotOf(parcel))) void this.sendThenOlder(parcel, 0);
      else this.#older.set(slotOf(parcel), [...this.#mark([parcel], 'held')]);
    }
  }
}

/** Events about one object at one endpoint follow each other. */
function slotOf({ record }: Parcel): string {
  return `${record.endpoint}/${record.object ?? ''}`;
}
