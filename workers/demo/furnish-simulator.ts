import type { ControlClient } from '../../simulator/control-client.ts';
import { subscribedEventTypes } from '../../src/domain/events/provider-events.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { demoNames } from './seed.ts';

/** Where things are while the demo is furnished. */
export interface Furnishing {
  readonly simulatorUrl: string;
  /** Where our API takes events. */
  readonly webhookUrl: string;
}

/**
 * Puts the demo's location, reader and webhook endpoint at the simulator, as a person would in Stripe's dashboard.
 * Answers the endpoint's signing secret, which is told only once.
 */
export async function furnishSimulator(control: ControlClient, at: Furnishing): Promise<string> {
  await control.seed({
    accounts: [
      {
        id: demoNames.account,
        locations: [{ id: demoNames.location, display_name: 'Front counter' }],
        readers: [{ id: demoNames.reader, label: 'Till 1', location: demoNames.location }],
      },
    ],
  });
  const stripe = createStripeClient({ apiKey: 'sk_test_demo', apiBase: at.simulatorUrl, timeoutMs: 5_000 });
  const types = subscribedEventTypes as 'charge.succeeded'[];
  const endpoint = await stripe.webhookEndpoints.create(
    { url: at.webhookUrl, enabled_events: types },
    { idempotencyKey: `endpoint-${at.webhookUrl}` },
  );
  if (endpoint.secret === undefined) throw new Error('The simulator did not tell the signing secret of the endpoint.');
  return endpoint.secret;
}
