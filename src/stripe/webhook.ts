import { createHmac, timingSafeEqual } from 'node:crypto';
import { DomainError } from '../domain/errors.ts';
import { withoutClientSecrets } from './client-secrets.ts';

/** A signed event, reduced to what the inbox keeps; `payload` is its JSON text without client secrets. */
export interface VerifiedEvent {
  readonly eventId: string;
  readonly type: string;
  readonly objectId: string | null;
  /** The connected account it is about, when there is one (decisions D59). */
  readonly accountRef: string | null;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly payload: string;
}

export interface SignedRequest {
  /** The body exactly as it arrived. */
  readonly body: Buffer;
  /** `Stripe-Signature`, if it was sent once. */
  readonly signature: string | undefined;
  /** Every secret that is active now: two while one is rotated out. */
  readonly secrets: readonly string[];
  /** When it arrived, in ms. */
  readonly receivedAtMs: number;
}

/**
 * How old a signature may be, in whole seconds: 300 is good, 301 is not (terminal.md 4.4). As with Stripe's own client
 * a timestamp ahead of our clock is good: it is Stripe that signed it, and a clock of ours that lags must not lose news.
 */
const toleranceSeconds = 300;

/**
 * Checks Stripe's signature over the raw body against every active secret and reads the event. All secrets and all
 * signatures are compared, each in constant time, so that the time taken tells nothing. Throws `signature_invalid` for
 * a missing, wrong or stale signature, `invalid_json` for a signed body that is no event.
 */
export function verifyStripeEvent(request: SignedRequest): VerifiedEvent {
  const { timestamp, signatures } = parseHeader(request.signature);
  const matches = request.secrets.filter((secret) =>
    isSignedWith(secret, { timestamp, signatures, body: request.body }),
  );
  if (matches.length === 0) throw invalid('No active secret gives this signature.');
  const isStale = request.receivedAtMs >= (Number(timestamp) + toleranceSeconds + 1) * 1_000;
  if (isStale) throw invalid('The signature is older than five minutes.');
  return readEvent(request.body.toString('utf8'));
}

interface Signed {
  /** As written in the header, since it is part of what was signed. */
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

function parseHeader(header: string | undefined): Signed {
  const parts = (header ?? '').split(',').map((part) => part.trim().split('='));
  const timestamp = parts.find(([name]) => name === 't')?.[1] ?? '';
  const signatures = parts.flatMap(([name, value]) => (name === 'v1' && value !== undefined ? [value] : []));
  if (!/^\d{1,12}$/.test(timestamp)) throw invalid('The signature header has no timestamp.');
  if (signatures.length === 0) throw invalid('The signature header has no v1 signature.');
  return { timestamp, signatures };
}

function isSignedWith(secret: string, signed: Signed & { readonly body: Buffer }): boolean {
  // An empty secret signs what anybody can sign.
  if (secret.trim() === '') return false;
  const expected = createHmac('sha256', secret).update(`${signed.timestamp}.`).update(signed.body).digest('hex');
  return signed.signatures.map((signature) => equals(expected, signature)).includes(true);
}

function equals(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function invalid(message: string): DomainError {
  return new DomainError('signature_invalid', message);
}

function readEvent(body: string): VerifiedEvent {
  const event = parseJson(body);
  const { id, type, created } = event;
  const object = asRecord(asRecord(event['data'])['object']);
  if (typeof id !== 'string' || typeof type !== 'string' || typeof created !== 'number') {
    throw new DomainError('invalid_json', 'The body is signed but is not an event.');
  }
  return {
    eventId: id,
    type,
    objectId: textOrNull(object['id']),
    accountRef: textOrNull(event['account']),
    createdAt: new Date(created * 1_000).toISOString(),
    payload: withoutClientSecrets(body),
  };
}

function parseJson(body: string): Readonly<Record<string, unknown>> {
  try {
    return asRecord(JSON.parse(body));
  } catch {
    throw new DomainError('invalid_json', 'The body is signed but is not JSON.');
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
