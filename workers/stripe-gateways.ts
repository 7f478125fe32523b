import type { CardPort } from '../src/domain/cards/card-port.ts';
import type { CardRefundPort } from '../src/domain/payments/card-refund-port.ts';
import type { CardSetUpPort } from '../src/domain/cards/card-set-up-port.ts';
import type { ProcessorBooksPort } from '../src/domain/reconciliation/processor-books-port.ts';
import type { Config } from '../src/config.ts';
import type { ProcessorPort, ProcessorSweepPort } from '../src/domain/counter/processor-port.ts';
import type { TransferPort } from '../src/domain/settlement/transfer-port.ts';
import type { ProcessorAccount } from '../src/entities/processor-account.entity.ts';
import { subscribedEventTypes } from '../src/domain/events/provider-events.ts';
import { createStripeBooks } from '../src/stripe/stripe-books.ts';
import { createStripeCardGateway } from '../src/stripe/card-gateway.ts';
import { createStripeCardRefunds } from '../src/stripe/card-refunds.ts';
import { createStripeCardSetUp } from '../src/stripe/card-set-up.ts';
import { createStripeClient } from '../src/stripe/stripe-client.ts';
import { createStripeSweep } from '../src/stripe/stripe-sweep.ts';
import { createStripeTerminalGateway } from '../src/stripe/terminal-gateway.ts';
import { createStripeTransfers } from '../src/stripe/transfers.ts';

export interface Gateways {
  readonly gatewayFor: (account: ProcessorAccount) => ProcessorPort;
  readonly sweepFor: (account: ProcessorAccount) => ProcessorSweepPort;
  readonly cardsAt: (account: ProcessorAccount) => CardPort;
  readonly savedCardsAt: (account: ProcessorAccount) => CardSetUpPort;
  readonly refundsAt: (account: ProcessorAccount) => CardRefundPort;
  readonly transfersAt: (account: ProcessorAccount) => TransferPort;
  readonly booksAt: (account: ProcessorAccount) => ProcessorBooksPort;
}

type Gateway = ProcessorPort &
  ProcessorBooksPort &
  ProcessorSweepPort &
  CardSetUpPort & { readonly cards: CardPort; readonly refunds: CardRefundPort; readonly transfers: TransferPort };

/** One client per processor account, made when it is first needed and kept: each has its own key and connections. */
export function createStripeGateways(config: Config): Gateways {
  const made = new Map<string, Gateway>();
  const of = (account: ProcessorAccount): Gateway => {
    const known = made.get(account.id);
    if (known !== undefined) return known;
    const client = createStripeClient({
      apiKey: config.secret(account.secretRef),
      apiBase: config.STRIPE_API_BASE,
      timeoutMs: config.STRIPE_TIMEOUT_MS,
    });
    const gateway = {
      cards: createStripeCardGateway(client),
      refunds: createStripeCardRefunds(client),
      transfers: createStripeTransfers(client),
      ...createStripeBooks(client),
      ...createStripeCardSetUp(client),
      ...createStripeTerminalGateway(client),
      ...createStripeSweep(client, { types: subscribedEventTypes, now: Date.now }),
    };
    made.set(account.id, gateway);
    return gateway;
  };
  return {
    gatewayFor: of,
    sweepFor: of,
    cardsAt: (account) => of(account).cards,
    savedCardsAt: of,
    refundsAt: (account) => of(account).refunds,
    transfersAt: (account) => of(account).transfers,
    booksAt: of,
  };
}
