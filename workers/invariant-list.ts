import { correctionInvariants } from '../src/entities/reconciliation/correction-invariants.ts';
import { memberMoneyInvariants } from '../src/entities/payments/member-money-invariants.ts';
import { refundInvariants } from '../src/entities/payments/refund-invariants.ts';
import { saleInvariants } from '../src/entities/counter/sale-invariants.ts';
import { settlementInvariants } from '../src/entities/settlement/settlement-invariants.ts';
import { bookInvariants, type Invariant } from '../src/ledger/invariants.ts';

/** Everything that is true of a database after every step (quality.md 4). */
export const invariants: readonly Invariant[] = [
  ...bookInvariants,
  ...saleInvariants,
  ...memberMoneyInvariants,
  ...refundInvariants,
  ...correctionInvariants,
  ...settlementInvariants,
];
