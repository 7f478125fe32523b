import { createHmac } from 'node:crypto';

/**
 * The `Stripe-Signature` header (terminal.md 4.4): `t=<unix seconds>,v1=<hex>` with one `v1` for each secret, so that
 * both the old and the new secret verify while an endpoint's secret is being rotated.
 */
export function signatureHeader(secrets: readonly string[], timestampSeconds: number, body: string): string {
  const signed = `${timestampSeconds}.${body}`;
  const signatures = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(signed).digest('hex')}`);
  return [`t=${timestampSeconds}`, ...signatures].join(',');
}
