import type { Provider } from '../../domain/currency.ts';
import {
  memberAccount,
  organisationAccount,
  processorAccount,
  processorFeeExpense,
  unmatchedAccount,
  type LedgerAccountRef,
} from '../../domain/ledger-account.ts';
import { credit, debit, type EntryType, type LedgerLinks, type NewLedgerTransaction } from '../../domain/ledger.ts';
import { money, type Money } from '../../domain/money.ts';

/** Where a processor keeps money for us: its name and its own name of the account. */
export interface ProcessorPlace {
  readonly provider: Provider;
  readonly externalRef: string;
}

/** What happened at a processor, once per object of its own. */
export interface ProcessorEvent {
  readonly processor: ProcessorPlace;
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** What the processor kept, by its balance transaction (Stripe) or transaction (Paystack). */
export interface ProcessorFee extends ProcessorEvent {
  /** The provider's balance transaction: one fee each, whoever sees it first (decisions D7, D78). */
  readonly balanceTransactionRef: string;
}

/**
 * The processor's fee. Null for a fee of zero, which is no posting; a negative fee is one given back (decisions 1, row
 * "processor-fee").
 */
export function processorFee(fee: ProcessorFee): NewLedgerTransaction | null {
  const { amount, processor } = fee;
  if (amount.amountMinor === 0) return null;
  const size = money(Math.abs(amount.amountMinor), amount.currency);
  const [to, from] = amount.amountMinor > 0 ? [debit, credit] : [credit, debit];
  const label = { type: 'Processor Fee', counterparty: counterpartyOf(processor) } as const;
  return {
    opKey: processorFeeOpKey(processor.provider, fee.balanceTransactionRef),
    kind: 'processor-fee',
    occurredAt: fee.occurredAt,
    description: fee.description,
    legs: [...to(processorFeeExpense(amount.currency), size, label), ...from(placeOf(processor, amount), size, label)],
    links: { ...fee.links, providerRef: fee.balanceTransactionRef },
  };
}

/** Names the fee of one balance transaction. */
export function processorFeeOpKey(provider: Provider, balanceTransactionRef: string): string {
  return `${provider}-fee-${balanceTransactionRef}`;
}

/** Card money for a member's balance. */
export interface CardIn extends ProcessorEvent {
  readonly cardTransactionId: string;
  readonly memberId: string;
  readonly type: Extract<EntryType, 'Manual Top Up' | 'Auto Top Up' | 'CC Payment'>;
}

/** Before the id of the card transaction whose money is posted; reports find the card by it. */
export const cardInOpKeyPrefix = 'card-in-';

/** Card money that a member brought, as a top-up or for a linked payment (decisions 1, row "card-in"). */
export function cardIn(event: CardIn): NewLedgerTransaction {
  const { amount, type } = event;
  return {
    opKey: `${cardInOpKeyPrefix}${event.cardTransactionId}`,
    kind: 'card-in',
    occurredAt: event.occurredAt,
    description: event.description,
    legs: [
      ...debit(placeOf(event.processor, amount), amount, { type, counterparty: `member/${event.memberId}` }),
      ...credit(memberAccount(event.memberId, amount.currency), amount, { type, counterparty: 'card' }),
    ],
    links: { ...event.links, memberId: event.memberId },
  };
}

/** Money that reached us when nothing waited for it any more. */
export interface LateMoney extends ProcessorEvent {
  readonly chargeRef: string;
  /** Null when nobody knows whose it is. */
  readonly memberId: string | null;
}

/** Late money: to its owner when known, else to suspense until somebody decides (decisions 1, D16). */
export function lateMoney(late: LateMoney): NewLedgerTransaction {
  const { amount, memberId } = late;
  const owner = memberId === null ? unmatchedAccount(amount.currency) : memberAccount(memberId, amount.currency);
  const counterparty = memberId === null ? undefined : (`member/${memberId}` as const);
  return {
    opKey: `late-money-${late.chargeRef}`,
    kind: 'late-money',
    occurredAt: late.occurredAt,
    description: late.description,
    legs: [
      ...debit(placeOf(late.processor, amount), amount, { type: 'Late Payment', counterparty }),
      ...credit(owner, amount, { type: 'Late Payment', counterparty: 'card' }),
    ],
    links: { ...late.links, providerRef: late.chargeRef, ...(memberId === null ? {} : { memberId }) },
  };
}

/** Money that a connected account was paid by the processor itself, or that we moved to one. */
export interface ConnectedMovement extends ProcessorEvent {
  readonly organisationId: string;
  /** The provider's payout, or transfer. */
  readonly providerRef: string;
}

/** A connected account's own payout to its organisation's bank: not settled again (decisions 1, D71). */
export function paidAtSource(movement: ConnectedMovement): NewLedgerTransaction {
  return connected(movement, { kind: 'paid-at-source', opKey: `paid-at-source-${movement.providerRef}` });
}

/** A transfer to an organisation's connected account (decisions 1, row "destination transfer"). */
export function destinationTransfer(movement: ConnectedMovement): NewLedgerTransaction {
  return connected(movement, { kind: 'destination-transfer', opKey: `destination-transfer-${movement.providerRef}` });
}

function connected(
  movement: ConnectedMovement,
  name: Pick<NewLedgerTransaction, 'kind' | 'opKey'>,
): NewLedgerTransaction {
  const { amount, organisationId, processor } = movement;
  return {
    ...name,
    occurredAt: movement.occurredAt,
    description: movement.description,
    legs: [
      ...debit(organisationAccount(organisationId, amount.currency), amount, {
        type: 'Payout',
        counterparty: counterpartyOf(processor),
      }),
      ...credit(placeOf(processor, amount), amount, { type: 'Payout', counterparty: `organisation/${organisationId}` }),
    ],
    links: { ...movement.links, organisationId, providerRef: movement.providerRef },
  };
}

/** The account of `place` in the currency of `amount`. */
export function placeOf(place: ProcessorPlace, amount: Money): LedgerAccountRef {
  return processorAccount(place.provider, place.externalRef, amount.currency);
}

export function counterpartyOf(place: ProcessorPlace): `processor/${string}` {
  return `processor/${place.provider}/${place.externalRef}`;
}
