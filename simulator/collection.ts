/**
 * Objects of one kind of one account in order of creation. Reading by id, paging from an id and adding are O(1);
 * with a limit the oldest fall out, which bounds the memory of logs.
 */
export interface Collection<T extends { id: string }> {
  add(item: T): void;
  get(id: string): T | undefined;
  remove(id: string): void;
  /** Where paging starts; undefined when the id is unknown. */
  positionOf(id: string): number | undefined;
  newestFirst: (below?: number) => Iterable<T>;
  oldestFirst: (above?: number) => Iterable<T>;
  readonly size: number;
}

export function createCollection<T extends { id: string }>(limit: () => number = () => Infinity): Collection<T> {
  const shelf = createShelf<T>(limit);
  return {
    ...shelf,
    get(id) {
      const position = shelf.positionOf(id);
      return position === undefined ? undefined : shelf.at(position);
    },
    *newestFirst(below = shelf.end()) {
      for (let position = below - 1; position >= shelf.start(); position -= 1) {
        const item = shelf.at(position);
        if (item !== undefined) yield item;
      }
    },
    *oldestFirst(above = shelf.start() - 1) {
      for (let position = Math.max(above + 1, shelf.start()); position < shelf.end(); position += 1) {
        const item = shelf.at(position);
        if (item !== undefined) yield item;
      }
    },
    get size() {
      return shelf.count();
    },
  };
}

/** Places that count up for ever; what was removed or cut off leaves a hole. */
function createShelf<T extends { id: string }>(limit: () => number) {
  const positions = new Map<string, number>();
  let items: (T | undefined)[] = [];
  /** Position of items[0]: grows as the oldest are cut off. */
  let base = 0;
  let oldest = 0;

  const drop = (position: number): void => {
    const item = items[position - base];
    if (item === undefined) return;
    positions.delete(item.id);
    items[position - base] = undefined;
  };
  const cutOff = (): void => {
    while (positions.size > limit()) {
      drop(oldest);
      oldest += 1;
    }
    const dead = oldest - base;
    if (dead < 1024 || dead < items.length / 2) return;
    items = items.slice(dead);
    base = oldest;
  };

  return {
    at: (position: number): T | undefined => items[position - base],
    start: (): number => oldest,
    end: (): number => base + items.length,
    count: (): number => positions.size,
    positionOf: (id: string): number | undefined => positions.get(id),
    add(item: T): void {
      positions.set(item.id, base + items.length);
      items.push(item);
      cutOff();
    },
    remove(id: string): void {
      const position = positions.get(id);
      if (position !== undefined) drop(position);
    },
  };
}
