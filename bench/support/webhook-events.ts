import type { StripeEvent } from '../../simulator/ports.ts';
import { signatureHeader } from '../../simulator/webhooks/signature.ts';
import { until } from '../../test/support/until.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import type { BenchSystem } from './system.ts';

/** A delivery as it goes over the wire: head, signature and body in one piece. */
export type WebhookRequest = Buffer;

/** What a tapped sale makes Stripe send, taken from the simulator: bodies of real shape and size. */
export async function sampleEvents(system: BenchSystem): Promise<readonly StripeEvent[]> {
  const { control, env, readers } = system;
  const stripe = createStripeClient({
    apiKey: env['STRIPE_API_KEY'] ?? '',
    apiBase: env['STRIPE_API_BASE'],
    timeoutMs: 5_000,
  });
  const reader = readers[0]?.providerRef ?? '';
  const intent = await stripe.paymentIntents.create(
    {
      amount: 1_250,
      currency: 'aud',
      allowed_payment_method_types: ['card_present'],
      metadata: { sale_id: 'sal_bench' },
    },
    { idempotencyKey: 'bench-intent' },
  );
  const process = { payment_intent: intent.id };
  await stripe.terminal.readers.processPaymentIntent(reader, process, { idempotencyKey: 'bench-process' });
  await control.reader(reader).tap();
  let events: readonly StripeEvent[] = [];
  await until(async () => {
    events = (await control.state('acct_demo')).events;
    return events.some(({ type }) => type === 'charge.updated');
  });
  return events;
}

/** `count` deliveries of different events, made from `samples`, signed with `secret`, ready to be written to a socket. */
export function webhookRequests(
  samples: readonly StripeEvent[],
  { secret, count, name }: { readonly secret: string; readonly count: number; readonly name: string },
): readonly WebhookRequest[] {
  return Array.from({ length: count }, (_, n) => {
    const sample = samples[n % samples.length];
    return webhookRequest(JSON.stringify({ ...sample, id: `evt_bench_${name}_${n}` }), secret);
  });
}

/** One delivery of `body`, as Stripe sends it. */
export function webhookRequest(body: string, secret: string): WebhookRequest {
  const head = [
    'POST /webhooks/stripe HTTP/1.1',
    'Host: 127.0.0.1',
    'Connection: keep-alive',
    'User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    'Accept: */*; q=0.5, application/xml',
    'Cache-Control: no-cache',
    'Content-Type: application/json; charset=utf-8',
    `Stripe-Signature: ${signatureHeader([secret], Math.floor(Date.now() / 1_000), body)}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
