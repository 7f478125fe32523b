import type { Config } from '../src/config.ts';
import type { ProcessorPort, ProcessorSweepPort } from '../src/domain/processor-port.ts';
import type { ProcessorAccount } from '../src/entities/processor-account.entity.ts';
import { subscribedEventTypes } from '../src/domain/provider-events.ts';
import { createStripeClient } from '../src/stripe/stripe-client.ts';
import { createStripeSweep } from '../src/stripe/stripe-sweep.ts';
import { createStripeTerminalGateway } from '../src/stripe/terminal-gateway.ts';

export interface Gateways {
  readonly gatewayFor: (account: ProcessorAccount) => ProcessorPort;
  readonly sweepFor: (account: ProcessorAccount) => ProcessorSweepPort;
}

/** One client per processor account, made when it is first needed and kept: each has its own key and connections. */
export function createStripeGateways(config: Config): Gateways {
  const made = new Map<string, ProcessorPort & ProcessorSweepPort>();
  const of = (account: ProcessorAccount): ProcessorPort & ProcessorSweepPort => {
    const known = made.get(account.id);
    if (known !== undefined) return known;
    const client = createStripeClient({
      apiKey: config.secret(account.secretRef),
      apiBase: config.STRIPE_API_BASE,
      timeoutMs: config.STRIPE_TIMEOUT_MS,
    });
    const gateway = {
      ...createStripeTerminalGateway(client),
      ...createStripeSweep(client, { types: subscribedEventTypes, now: Date.now }),
    };
    made.set(account.id, gateway);
    return gateway;
  };
  return { gatewayFor: of, sweepFor: of };
}
