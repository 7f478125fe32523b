import type { SignatureKind } from './rules.ts';

export type DeliveryStatus =
  'waiting' | 'held' | 'sending' | 'succeeded' | 'retrying' | 'failed' | 'dropped' | 'lost' | 'abandoned';

/** One HTTP request to an endpoint. `atMs` is simulated time, `tookMs` real time. */
export interface DeliveryAttempt {
  atMs: number;
  /** The `t` that was signed, in seconds. */
  timestamp: number;
  status: number | null;
  error?: string;
  tookMs: number;
}

/** One event on its way to one endpoint; a duplicate is a delivery of its own. */
export interface DeliveryRecord {
  id: string;
  event: string;
  type: string;
  object: string | null;
  account: string;
  endpoint: string;
  url: string;
  /** 1 for the original, 2 and more for duplicates. */
  copy: number;
  cause: 'event' | 'resend' | 'replay';
  signature: SignatureKind;
  status: DeliveryStatus;
  acceptedAtMs: number;
  attempts: DeliveryAttempt[];
}

/** Which deliveries a reader of the log wants; absent means any. */
export interface DeliveryFilter {
  event?: string | null;
  type?: string | null;
  object?: string | null;
  status?: string | null;
}

/** The deliveries of late, oldest first. Bounded, so that a simulator can run for days. */
export interface DeliveryLog {
  add(record: DeliveryRecord): void;
  find(filter: DeliveryFilter): readonly DeliveryRecord[];
  accountOf(eventId: string): string | undefined;
  clear(): void;
}

export function createDeliveryLog(limit: number): DeliveryLog {
  let records: DeliveryRecord[] = [];
  return {
    add(record) {
      records.push(record);
      // Halved at once rather than shifted one by one: adding stays cheap.
      if (records.length > limit * 2) records = records.slice(-limit);
    },
    find: (filter) => {
      const wanted = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
      return records
        .slice(-limit)
        .filter((record) => wanted.every(([field, value]) => record[field as keyof DeliveryFilter] === value));
    },
    accountOf: (eventId) => records.findLast((record) => record.event === eventId)?.account,
    clear() {
      records = [];
    },
  };
}
