import type Stripe from 'stripe';
import { isCurrency, type Currency } from '../domain/currency.ts';
import { InvariantViolation } from '../domain/invariant.ts';
import { fromProviderAmount, type Money } from '../domain/money.ts';
import { demand } from './stripe-errors.ts';

/** What the processor kept of a charge, in the currency that it settles in. Times are ISO 8601 UTC. */
export interface ChargeFigures {
  readonly amount: Money;
  readonly fee: Money;
  readonly net: Money;
  readonly lines: readonly { readonly type: string; readonly description: string | null; readonly amount: Money }[];
  readonly createdAt: string;
  readonly availableAt: string;
}

/** What only the processor can say of money that is with it; nothing of it is stored, and nothing moves. */
export interface ProcessorFigures {
  /** Null while the processor has not settled the charge. Throws `ProcessorSilence` when it does not answer. */
  ofCharge(chargeRef: string): Promise<ChargeFigures | null>;
  /** What we could be paid out now, an amount for each currency. */
  available(): Promise<readonly Money[]>;
}

/** Reads figures at Stripe. */
export function createStripeFigures(stripe: Stripe): ProcessorFigures {
  return {
    ofCharge: async (chargeRef) => {
      const charge = await demand(() => stripe.charges.retrieve(chargeRef, { expand: ['balance_transaction'] }));
      const found = charge.balance_transaction;
      return found === null || typeof found === 'string' ? null : figuresOf(found);
    },
    available: async () => {
      const { available } = await demand(() => stripe.balance.retrieve());
      return available.flatMap(({ amount, currency }) => {
        const code = currency.toUpperCase();
        return isCurrency(code) ? [fromProviderAmount(amount, code, 'stripe')] : [];
      });
    },
  };
}

function figuresOf(found: Stripe.BalanceTransaction): ChargeFigures {
  const currency = currencyOf(found.currency);
  const amountOf = (amount: number): Money => fromProviderAmount(amount, currency, 'stripe');
  return {
    ...{ amount: amountOf(found.amount), fee: amountOf(found.fee), net: amountOf(found.net) },
    lines: found.fee_details.map(({ type, description, amount }) => ({ type, description, amount: amountOf(amount) })),
    createdAt: new Date(found.created * 1_000).toISOString(),
    availableAt: new Date(found.available_on * 1_000).toISOString(),
  };
}

function currencyOf(name: string): Currency {
  const code = name.toUpperCase();
  if (!isCurrency(code)) throw new InvariantViolation(`Stripe settles in a currency that we do not know: ${name}`);
  return code;
}
