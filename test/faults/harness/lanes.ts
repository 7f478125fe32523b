/** Does `work` for every item, one after another in each lane, all lanes at once: items go to whichever lane is free. */
export async function inLanes<Lane, Item, Result>(
  lanes: readonly Lane[],
  items: readonly Item[],
  work: (lane: Lane, item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  const waiting = [...items.entries()].reverse();
  await Promise.all(
    lanes.map(async (lane) => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const [index, item] = next;
        results.set(index, await work(lane, item));
      }
    }),
  );
  return items.map((_item, index) => results.get(index) as Result);
}

/** How often each thing was seen: `paid 40, canceled 60`. */
export class Tally<Name extends string = string> {
  readonly #counts = new Map<Name, number>();

  add(name: Name, count = 1): void {
    this.#counts.set(name, this.of(name) + count);
  }

  of(name: Name): number {
    return this.#counts.get(name) ?? 0;
  }

  get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }

  get counts(): readonly number[] {
    return [...this.#counts.values()];
  }

  toString(): string {
    return [...this.#counts].map(([name, count]) => `${name} ${count}`).join(', ');
  }
}
