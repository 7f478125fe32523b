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
  newestFirst(below?: number): Iterable<T>;
  oldestFirst(above?: number): Iterable<T>;
  readonly size: number;
}

export function createCollection<T extends { id: string }>(limit: () => number = () => Infinity): Collection<T> {
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
    add(item) {
      positions.set(item.id, base + items.length);
      items.push(item);
      cutOff();
    },
    get(id) {
      const position = positions.get(id);
      return position === undefined ? undefined : items[position - base];
    },
    remove(id) {
      const position = positions.get(id);
      if (position !== undefined) drop(position);
    },
    positionOf: (id) => positions.get(id),
    *newestFirst(below = base + items.length) {
      for (let position = below - 1; position >= oldest; position -= 1) {
        const item = items[position - base];
        if (item !== undefined) yield item;
      }
    },
    *oldestFirst(above = oldest - 1) {
      for (let position = Math.max(above + 1, oldest); position < base + items.length; position += 1) {
        const item = items[position - base];
        if (item !== undefined) yield item;
      }
    },
    get size() {
      return positions.size;
    },
  };
}
