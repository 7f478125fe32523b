import { Webhook } from 'standardwebhooks';

/** A message as its receiver is to verify it. */
export interface SignedMessage {
  /** The same at every attempt: the receiver knows a repetition by it. */
  readonly id: string;
  readonly at: Date;
  readonly body: string;
}

const prefix = 'whsec_';

/**
 * The headers of Standard Webhooks 1.0 (symmetric scheme `v1`): one signature for each active secret, so that a secret
 * can be exchanged without losing a message. Throws `TypeError` for a secret that is not base64 of at least 24 bytes,
 * the least that the scheme allows.
 */
export function standardWebhookHeaders(
  { id, at, body }: SignedMessage,
  secrets: readonly string[],
): Readonly<Record<string, string>> {
  const timestamp = String((at.getTime() - (at.getTime() % 1_000)) / 1_000);
  const signatures = secrets.map((secret) => webhookOf(secret).sign(id, at, body));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function webhookOf(secret: string): Webhook {
  const text = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  // Never with the secret in the message: errors are logged.
  if (!isBase64 || Buffer.from(text, 'base64').length < 24) {
    throw new TypeError('A callback secret is not base64 of at least 24 bytes');
  }
  // The library takes padded base64 only.
  return new Webhook(Buffer.from(text, 'base64').toString('base64'));
}
