import { correctionInvariants } from '../src/entities/correction-invariants.ts';
import { memberMoneyInvariants } from '../src/entities/member-money-invariants.ts';
import { refundInvariants } from '../src/entities/refund-invariants.ts';
import { saleInvariants } from '../src/entities/sale-invariants.ts';
import { settlementInvariants } from '../src/entities/settlement-invariants.ts';
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
