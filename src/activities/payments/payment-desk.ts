import type { TopUpLimits } from '../../domain/cards/auto-top-up.ts';
import type { CardSetUpPort } from '../../domain/cards/card-set-up-port.ts';
import type { CardPort } from '../../domain/cards/card-port.ts';
import { paymentId, topUpId } from '../../domain/ids.ts';
import { cardObstacle, type AutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import {
  loadPaymentFile,
  loadTopUpFile,
  type PaymentFile,
  type TopUpFile,
} from '../../entities/payments/payment-file.ts';
import type { Shelf } from '../../entities/shelf.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import type { Poster } from '../../ledger/poster-contract.ts';

/** What the activities of members' money stand on; the worker provides it once. */
export interface PaymentDependencies extends Shelf {
  readonly poster: Poster;
  readonly cardsAt: (account: ProcessorAccount) => CardPort;
  readonly savedCardsAt: (account: ProcessorAccount) => CardSetUpPort;
  /** The limits of a currency (decisions D1). */
  readonly limitsOf: (currency: string) => TopUpLimits;
  /** The clock is a port, so that tests can turn it (decisions D56). */
  readonly now: () => Date;
}

/** Why a member's card cannot be asked now; null when it can. */
export function obstacleOf(deps: PaymentDependencies, file: AutoTopUpFile): string | null {
  return cardObstacle(file, { ...deps.limitsOf(file.member.currency), now: deps.now() });
}

/** Reads the payment afresh; a step never acts on what an earlier one has seen. */
export function openPayment(deps: PaymentDependencies, id: string): Promise<PaymentFile> {
  return loadPaymentFile(deps, paymentId(id));
}

/** Reads the top-up afresh. */
export function openTopUp(deps: PaymentDependencies, id: string): Promise<TopUpFile> {
  return loadTopUpFile(deps, topUpId(id));
}
