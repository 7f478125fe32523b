import type { ApiRoute } from '../wire/routes.ts';
import type { World } from '../world.ts';
import { accountRoutes } from './accounts.ts';
import { balanceTransactionRoutes } from './balance-transactions.ts';
import { balanceRoutes } from './balance.ts';
import { chargeRoutes } from './charges.ts';
import { connectionTokenRoutes } from './connection-tokens.ts';
import { customerRoutes } from './customers.ts';
import { disputeRoutes } from './disputes.ts';
import { eventRoutes } from './events.ts';
import { locationRoutes } from './locations.ts';
import { paymentIntentRoutes } from './payment-intents.ts';
import { paymentIntentSearchRoute } from './payment-intent-search.ts';
import { paymentMethodRoutes } from './payment-methods.ts';
import { payoutRoutes } from './payouts.ts';
import { readerActionRoutes } from './reader-actions.ts';
import { readerInputRoutes } from './reader-inputs.ts';
import { readerRoutes } from './readers.ts';
import { refundRoutes } from './refunds.ts';
import { setupIntentRoutes } from './setup-intents.ts';
import { transferRoutes } from './transfers.ts';
import { webhookEndpointRoutes } from './webhook-endpoints.ts';

/** Every endpoint the simulator serves (terminal.md 5.2). */
export function apiRoutes(world: World): ApiRoute[] {
  return [
    ...accountRoutes(world),
    ...balanceRoutes(world),
    ...balanceTransactionRoutes(world),
    ...chargeRoutes(world),
    ...connectionTokenRoutes(world),
    ...customerRoutes(world),
    ...disputeRoutes(world),
    ...eventRoutes(),
    ...locationRoutes(world),
    paymentIntentSearchRoute(world),
    ...paymentIntentRoutes(world),
    ...paymentMethodRoutes(world),
    ...payoutRoutes(),
    ...readerRoutes(world),
    ...readerActionRoutes(world),
    ...readerInputRoutes(world),
    ...refundRoutes(world),
    ...setupIntentRoutes(world),
    ...transferRoutes(world),
    ...webhookEndpointRoutes(world),
  ];
}
