import type { ControlClient } from '../../../simulator/control-client.ts';
import type { StripeEvent } from '../../../simulator/ports.ts';
import { demoNames } from '../../../workers/demo/seed.ts';

/**
 * The events of each payment so far, oldest first, by the payment's id: of the payment itself, of its charge, and of
 * the reader while it showed the payment.
 */
export async function eventsByPayment(control: ControlClient): Promise<Map<string, StripeEvent[]>> {
  const { events } = await control.state(demoNames.account);
  const found = new Map<string, StripeEvent[]>();
  for (const event of events) {
    const payment = paymentOf(event.data.object);
    if (payment === null) continue;
    const known = found.get(payment);
    if (known === undefined) found.set(payment, [event]);
    else known.push(event);
  }
  return found;
}

function paymentOf(object: Readonly<Record<string, unknown>>): string | null {
  if (object['object'] === 'payment_intent') return textOf(object['id']);
  const action = recordOf(recordOf(object['action'])['process_payment_intent']);
  return textOf(object['payment_intent']) ?? textOf(action['payment_intent']);
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
