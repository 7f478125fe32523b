import type { FeeTaxes } from '../../domain/organisations/fee-tax.ts';
import { payoutId } from '../../domain/ids.ts';
import type { InvoiceIssuer } from '../../domain/settlement/invoice-issuer.ts';
import { money, type Money } from '../../domain/money.ts';
import { parseCurrency } from '../../domain/currency.ts';
import type { PayoutAnswer } from '../../domain/settlement/payout.ts';
import type { PayoutOriginators } from '../../domain/settlement/payout-file.ts';
import { defaultBankRef } from '../../domain/settlement/payout-file.ts';
import type { PayoutRules } from '../../domain/settlement/payout-rules.ts';
import { loadPayout, payoutSnapshotOf, type PayoutDossier } from '../../entities/settlement/payout-rows.ts';
import type { Payout } from '../../entities/settlement/payout.entity.ts';
import type { Shelf } from '../../entities/shelf.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import type { TransferPort } from '../../domain/settlement/transfer-port.ts';
import type { Poster } from '../../ledger/poster-contract.ts';
import type { PayoutEvent } from '../../ledger/postings/settlement.ts';
import type { BankCalendar } from '../../reports/settlement/business-days.ts';
import type { PayoutLetter } from './payout-letters.ts';

/** What the activities of payouts stand on; the worker provides it once. */
export interface PayoutDependencies extends Shelf {
  readonly poster: Poster;
  readonly now: () => Date;
  readonly payoutRules: PayoutRules;
  readonly calendar: BankCalendar;
  readonly originators: PayoutOriginators;
  /** Who invoices the fees, and the tax in them. */
  readonly issuer: InvoiceIssuer;
  readonly feeTaxes: FeeTaxes;
  /** Transfers from an account of the platform at a processor. */
  readonly transfersAt: (account: ProcessorAccount) => TransferPort;
  /** Gives a letter to whoever sends mail to organisations; told once or more for the same event. */
  readonly tellOrganisation: (letter: PayoutLetter) => Promise<void>;
}

/** Reads the payout afresh; a step never acts on what an earlier one has seen. */
export function openPayout(deps: PayoutDependencies, id: string): Promise<PayoutDossier> {
  return loadPayout(deps, payoutId(id));
}

/** The answer to a command after which the payout stands as its row has it. */
export async function answerOf(
  deps: PayoutDependencies,
  id: string,
  refused: PayoutAnswer['refused'] = null,
): Promise<PayoutAnswer> {
  const { payout } = await openPayout(deps, id);
  return { ...payoutSnapshotOf(payout), refused };
}

export function amountOf({ amountMinor, currency }: Payout): Money {
  return money(amountMinor, parseCurrency(currency));
}

/** Our own account that payouts of a currency leave. */
export function bankRefOf({ originators }: PayoutDependencies, { currency }: Payout): string {
  return originators[currency]?.bankRef ?? defaultBankRef;
}

/** The event of an attempt, as postings take it. */
export function eventOf(deps: PayoutDependencies, payout: Payout): PayoutEvent {
  return {
    payoutId: payout.id,
    attemptNo: payout.attemptNo,
    organisationId: payout.organisationId,
    amount: amountOf(payout),
    occurredAt: deps.now().toISOString(),
    description: `Payout ${payout.no}`,
  };
}
