import Stripe from 'stripe';
import { InvariantViolation } from '../domain/invariant.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { ProcessorSilence } from '../domain/processor-silence.ts';

/** A definite no of Stripe's: nothing moved by this call. */
export interface StripeRefusal {
  readonly refused: true;
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
}

/** Silence that Stripe keeps under the key: the same key will be answered like this for as long as it is remembered. */
class StoredSilence extends ProcessorSilence {}

/**
 * Makes a call; a definite refusal is a value, silence throws `ProcessorSilence`, and a key that was used with other
 * parameters is our own bug. Codes decide, not HTTP statuses, which Stripe does not publish for readers (terminal.md 4.5).
 */
export async function ask<T extends object>(call: () => Promise<T>): Promise<T | StripeRefusal> {
  try {
    return await call();
  } catch (error) {
    return refusalOf(error);
  }
}

/** Makes a call whose refusal is no outcome of a payment (unknown object, wrong key): throws `ProcessorRefusal`. */
export async function demand<T extends object>(call: () => Promise<T>): Promise<T> {
  const answer = await ask(call);
  if (isRefusal(answer)) throw new ProcessorRefusal(answer.code, answer.message);
  return answer;
}

export function isRefusal(answer: object): answer is StripeRefusal {
  return 'refused' in answer && answer.refused === true && 'code' in answer;
}

/** A write under a key, and how to find out whether it took effect. */
export interface KeyedWrite<T extends object> {
  readonly key: string;
  readonly send: (options: { readonly idempotencyKey: string }) => Promise<T>;
  /** The effect, if it can be seen at Stripe; undefined: there is none. */
  readonly lookUp: () => Promise<T | undefined>;
}

/** So many keys may have a 500 stored under them before we take it that Stripe is broken for the day. */
const keysMax = 10;

/**
 * Sends a write under its key. Stripe replays even a stored 500, so that no number of retries ends it: then the effect
 * is looked up, and only when there is none is the write sent under another key, derived from the first. That one may
 * have a 500 stored too: each call goes through the keys in their order, so that none is passed over while it is open.
 */
export async function askKeyed<T extends object>(write: KeyedWrite<T>): Promise<T | StripeRefusal> {
  for (let no = 1; ; no += 1) {
    try {
      return await ask(() => write.send({ idempotencyKey: keyOf(write.key, no) }));
    } catch (error) {
      if (!(error instanceof StoredSilence) || no === keysMax) throw error;
    }
    const found = await write.lookUp();
    if (found !== undefined) return found;
  }
}

function keyOf(key: string, no: number): string {
  if (no === 1) return key;
  return no === 2 ? `${key}-again` : `${key}-again-${no - 1}`;
}

function refusalOf(error: unknown): StripeRefusal {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  if (error.detail instanceof InvariantViolation) throw error.detail;
  if (error instanceof Stripe.errors.StripeIdempotencyError) {
    throw new InvariantViolation(`An idempotency key was used with other parameters: ${error.message}`);
  }
  if (!isDefinite(error)) throw silenceOf(error);
  return {
    refused: true,
    code: error.code ?? error.rawType ?? error.type,
    message: error.message,
    param: error.param ?? null,
  };
}

function isDefinite(error: InstanceType<typeof Stripe.errors.StripeError>): boolean {
  if (error.code?.startsWith('terminal_reader_') === true) return true;
  if (error.code === 'lock_timeout' || error.code === 'idempotency_key_in_use') return false;
  return (
    error instanceof Stripe.errors.StripeInvalidRequestError ||
    error instanceof Stripe.errors.StripeCardError ||
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  );
}

function silenceOf(error: InstanceType<typeof Stripe.errors.StripeError>): ProcessorSilence {
  const headers: Readonly<Record<string, string | undefined>> = error.headers ?? {};
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  const options = { cause: error, retryAfterMs: Number.isFinite(seconds) ? seconds * 1_000 : null };
  const message = `Stripe gave no answer: ${error.message}`;
  const stored = headers['idempotent-replayed'] === 'true' && (error.statusCode ?? 0) >= 500;
  return stored ? new StoredSilence(message, options) : new ProcessorSilence(message, options);
}
