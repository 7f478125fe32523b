import type { PayoutDossier } from '../../entities/settlement/payout-rows.ts';
import { formatMajor } from '../../domain/money.ts';
import { money } from '../../domain/money.ts';
import { parseCurrency } from '../../domain/currency.ts';

/** A letter to an organisation about a payout, ready to be sent (decisions D19). */
export interface PayoutLetter {
  /** One for each event, so that it is sent once. */
  readonly key: string;
  readonly payoutId: string;
  readonly organisationId: string;
  /** Null where the organisation has given no address. */
  readonly to: string | null;
  readonly subject: string;
  readonly text: string;
  /** Whether the remittance advice goes with it; `remittance_advice` has its bytes. */
  readonly withRemittance: boolean;
}

/** Tells that the money was paid, with the remittance advice. */
export function paidLetter({ payout, organisation }: PayoutDossier): PayoutLetter {
  const amount = formatMajor(money(payout.amountMinor, parseCurrency(payout.currency)));
  return {
    key: `payout-${payout.id}-paid-${payout.attemptNo}`,
    ...addressed({ payout, organisation }),
    subject: `Payout ${payout.no}: ${amount} ${payout.currency} was paid`,
    text: `We have paid ${amount} ${payout.currency} to ${organisation.name} for ${payout.period}. The remittance advice is attached.`,
    withRemittance: true,
  };
}

/** Tells that the bank sent it back, and what the organisation can do. */
export function returnedLetter({ payout, organisation }: PayoutDossier, reason: string): PayoutLetter {
  const amount = formatMajor(money(payout.amountMinor, parseCurrency(payout.currency)));
  return {
    key: `payout-${payout.id}-returned-${payout.attemptNo}`,
    ...addressed({ payout, organisation }),
    subject: `Payout ${payout.no}: ${amount} ${payout.currency} came back`,
    text: `The bank sent back ${amount} ${payout.currency} for ${organisation.name}: ${reason}. The money is safe with us. Please check your bank details; it will be paid again.`,
    withRemittance: false,
  };
}

function addressed({ payout, organisation }: PayoutDossier) {
  return { payoutId: payout.id, organisationId: organisation.id, to: organisation.email ?? null };
}
