/** One API request as it arrived and was answered. */
export interface RequestRecord {
  id: string;
  at_ms: number;
  method: string;
  path: string;
  account: string | null;
  params: Record<string, unknown>;
  headers: Record<string, string | undefined>;
  idempotency_key: string | null;
  /** Null while it runs and when the connection was cut instead of answered. */
  status: number | null;
  replayed: boolean;
  /** The fault or gate that touched it. */
  fault: string | null;
  duration_ms: number | null;
}

/** The newest requests; older ones fall out. */
export interface RequestLog {
  add(record: RequestRecord): void;
  all(): RequestRecord[];
  clear(): void;
}

/** A ring: adding is O(1) and memory is bounded. */
export function createRequestLog(limit: () => number): RequestLog {
  let ring: RequestRecord[] = [];
  let next = 0;
  return {
    add(record) {
      if (ring.length < limit()) {
        ring.push(record);
        return;
      }
      ring[next % ring.length] = record;
      next += 1;
    },
    all: () => [...ring.slice(next % Math.max(1, ring.length)), ...ring.slice(0, next % Math.max(1, ring.length))],
    clear() {
      ring = [];
      next = 0;
    },
  };
}
