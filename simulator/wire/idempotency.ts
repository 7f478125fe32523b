import { ApiError } from './errors.ts';

/** What was answered once and is answered again (terminal.md 4.10). */
export interface StoredAnswer {
  status: number;
  body: string;
  contentType: string;
}

interface Entry {
  fingerprint: string;
  expiresAtMs: number;
  answer: StoredAnswer | undefined;
}

/** The keys of one account: an entry without an answer is being executed. */
export interface IdempotencyStore {
  /** The answer to replay, or undefined after the key was taken for this execution. Refuses a key in use or used for something else. */
  begin(key: string, request: { fingerprint: string; nowMs: number; keptMs: number }): StoredAnswer | undefined;
  keep(key: string, answer: StoredAnswer): void;
  /** Nothing was executed: the key is free again. */
  release(key: string): void;
  readonly size: number;
}

const LONGEST_KEY = 255;

/** Entries are in order of age, so that what expired or is too much falls out from the front. */
export function createIdempotencyStore(limit: () => number): IdempotencyStore {
  const entries = new Map<string, Entry>();
  const dropOld = (nowMs: number): void => {
    for (const [key, entry] of entries) {
      if (entry.expiresAtMs > nowMs && entries.size <= limit()) return;
      entries.delete(key);
    }
  };
  return {
    begin(key, { fingerprint, nowMs, keptMs }) {
      checkLength(key);
      dropOld(nowMs);
      const entry = entries.get(key);
      if (entry === undefined) {
        entries.set(key, { fingerprint, expiresAtMs: nowMs + keptMs, answer: undefined });
        return undefined;
      }
      if (entry.fingerprint !== fingerprint) throw reused(key);
      if (entry.answer === undefined) throw inUse(key);
      return entry.answer;
    },
    keep(key, answer) {
      const entry = entries.get(key);
      if (entry !== undefined) entry.answer = answer;
    },
    release(key) {
      if (entries.get(key)?.answer === undefined) entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}

function checkLength(key: string): void {
  if (key.length <= LONGEST_KEY) return;
  const message = `Idempotency keys may be at most ${LONGEST_KEY} characters; this one has ${key.length}.`;
  throw new ApiError(400, { type: 'invalid_request_error', message }, false);
}

function reused(key: string): ApiError {
  const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`;
  return new ApiError(400, { type: 'idempotency_error', message }, false);
}

function inUse(key: string): ApiError {
  const message = `There is currently another in-progress request using this Idempotent Key: ${key}. Please try again later.`;
  return new ApiError(409, { type: 'invalid_request_error', code: 'idempotency_key_in_use', message }, false);
}
