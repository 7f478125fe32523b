import type { Currency } from '../../domain/currency.ts';
import {
  bankAccount,
  organisationAccount,
  payoutsInFlight,
  settlementFeeIncome,
  taxAccount,
  type LedgerAccountRef,
} from '../../domain/ledger-account.ts';
import { credit, debit, type LedgerLinks, type LegLabel, type NewLedgerTransaction } from '../../domain/ledger.ts';
import { sum, type Money } from '../../domain/money.ts';
import { counterpartyOf, placeOf, type ProcessorPlace } from './processor.ts';
import { exactReversal, type Reversible } from './reversal.ts';

/** One organisation's part of a settlement: what it is paid, and what we keep (decisions D23). */
export interface Settled<C extends Currency = Currency> {
  readonly organisationId: string;
  readonly payoutId: string;
  readonly currency: C;
  readonly payout: Money<C>;
  /** Without tax. */
  readonly fee: Money<C>;
  readonly tax: Money<C>;
  readonly occurredAt: string;
  readonly description: string;
  readonly actor?: string;
}

/** The monthly settlement of one organisation in one currency, once per run (decisions 1, row "settlement"). */
export function settlement(settled: Settled & { readonly runId: string }): NewLedgerTransaction {
  return { ...settle(settled), opKey: settlementOpKey(settled), kind: 'settlement' };
}

/** What the settlement of an organisation in a run is posted under. */
export function settlementOpKey(
  settled: Pick<Settled, 'organisationId' | 'currency'> & { readonly runId: string },
): string {
  return `settlement-${settled.runId}-${settled.organisationId}-${settled.currency}`;
}

/** A settlement recorded by hand, paid outside; may overdraw, with a reason (decisions 1, "manual-settlement"). */
export function manualSettlement(settled: Settled): NewLedgerTransaction {
  return { ...settle(settled), opKey: `manual-settlement-${settled.payoutId}`, kind: 'manual-settlement' };
}

/** A payout and one attempt to pay it. */
export interface PayoutEvent {
  readonly payoutId: string;
  /** 1 for the first: a payout can be returned and retried (decisions D29). */
  readonly attemptNo: number;
  readonly organisationId: string;
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
}

/** The bank paid it: the money has left us. */
export function payoutConfirmed(event: PayoutEvent & { readonly bankRef: string }): NewLedgerTransaction {
  const { amount } = event;
  const [from, to] = [payoutsInFlight(amount.currency), bankAccount(event.bankRef, amount.currency)];
  const name = { kind: 'payout-confirmed', opKey: `payout-${event.payoutId}-confirmed-${event.attemptNo}` } as const;
  return payoutMoved(event, { from, to, name });
}

/** The bank sent it back later; it is in flight again until finance decides. */
export function payoutReturned(event: PayoutEvent & { readonly bankRef: string }): NewLedgerTransaction {
  const { amount } = event;
  const [from, to] = [bankAccount(event.bankRef, amount.currency), payoutsInFlight(amount.currency)];
  const name = { kind: 'payout-returned', opKey: `payout-${event.payoutId}-returned-${event.attemptNo}` } as const;
  return payoutMoved(event, { from, to, name });
}

/** A transfer at the processor that paid an attempt, or its reversal. */
export interface PayoutTransfer extends PayoutEvent {
  readonly processor: ProcessorPlace;
  readonly processorAccountId: string;
  /** The provider's transfer or transfer reversal. */
  readonly providerRef: string;
}

/** Under which the book has the transfer of an attempt. */
export function transferOpKey({ payoutId, attemptNo }: Pick<PayoutEvent, 'payoutId' | 'attemptNo'>): string {
  return `payout-${payoutId}-transferred-${attemptNo}`;
}

/** The payout went to a connected account at the processor. */
export function payoutByTransfer(event: PayoutTransfer): NewLedgerTransaction {
  const { amount, processor } = event;
  const [from, to] = [payoutsInFlight(amount.currency), placeOf(processor, amount)];
  const name = { kind: 'payout-by-transfer', opKey: transferOpKey(event) } as const;
  return atProcessor(event, payoutMoved(event, { from, to, name }));
}

/**
 * The transfer was taken back at the processor, all of it or a part; that money is in flight again until finance decides.
 * `reversalNo` counts the parts of an attempt, 1 for the first.
 */
export function payoutTransferReversed(event: PayoutTransfer & { readonly reversalNo: number }): NewLedgerTransaction {
  const { amount, processor } = event;
  const [from, to] = [placeOf(processor, amount), payoutsInFlight(amount.currency)];
  const opKey = `payout-${event.payoutId}-transfer-reversed-${event.attemptNo}-${event.reversalNo}`;
  const name = { kind: 'payout-transfer-reversed', opKey } as const;
  return atProcessor(event, payoutMoved(event, { from, to, name }));
}

/** A payout that is given up: its settlement undone exactly, fee and tax included. */
export function payoutGivenUp(
  posted: Reversible,
  event: { readonly payoutId: string; readonly occurredAt: string; readonly description: string },
): NewLedgerTransaction {
  return {
    ...exactReversal([posted]),
    opKey: `payout-${event.payoutId}-given-up`,
    kind: 'payout-given-up',
    occurredAt: event.occurredAt,
    description: event.description,
  };
}

/** Money between a processor and our own bank. */
export interface BankTransfer {
  readonly processor: ProcessorPlace;
  /** The provider's payout. */
  readonly providerRef: string;
  readonly bankRef: string;
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** The processor paid us out to our bank. */
export function processorPayout(transfer: BankTransfer): NewLedgerTransaction {
  const { amount, processor } = transfer;
  const [to, from] = [bankAccount(transfer.bankRef, amount.currency), placeOf(processor, amount)];
  return banked(transfer, { to, from, kind: 'processor-payout' });
}

/** The processor took money back from our bank, as it does for a negative balance. */
export function processorTakeBack(transfer: BankTransfer): NewLedgerTransaction {
  const { amount, processor } = transfer;
  const [to, from] = [placeOf(processor, amount), bankAccount(transfer.bankRef, amount.currency)];
  return banked(transfer, { to, from, kind: 'processor-take-back' });
}

type Body = Omit<NewLedgerTransaction, 'opKey' | 'kind'>;

function settle<C extends Currency>(settled: Settled<C>): Body {
  const { currency, organisationId, payout, fee, tax } = settled;
  const counterparty = `organisation/${organisationId}` as const;
  const total = sum([payout, fee, tax], currency);
  return {
    occurredAt: settled.occurredAt,
    description: settled.description,
    legs: [
      ...debit(organisationAccount(organisationId, currency), total, { type: 'Settlement' }),
      ...credit(payoutsInFlight(currency), payout, { type: 'Settlement', counterparty }),
      ...credit(settlementFeeIncome(currency), fee, { type: 'Settlement Fee', counterparty }),
      ...credit(taxAccount(currency), tax, { type: 'Tax', counterparty }),
    ],
    links: {
      organisationId,
      payoutId: settled.payoutId,
      ...(settled.actor === undefined ? {} : { actor: settled.actor }),
    },
  };
}

interface Way {
  readonly from: LedgerAccountRef;
  readonly to: LedgerAccountRef;
}

function payoutMoved(
  event: PayoutEvent,
  { from, to, name }: Way & { name: Pick<NewLedgerTransaction, 'kind' | 'opKey'> },
): NewLedgerTransaction {
  const { amount, organisationId, payoutId } = event;
  const label: LegLabel = { type: 'Payout', counterparty: `organisation/${organisationId}` };
  return {
    ...name,
    occurredAt: event.occurredAt,
    description: event.description,
    legs: [...debit(from, amount, label), ...credit(to, amount, label)],
    links: { organisationId, payoutId },
  };
}

function atProcessor(
  { processorAccountId, providerRef }: PayoutTransfer,
  moved: NewLedgerTransaction,
): NewLedgerTransaction {
  return { ...moved, links: { ...moved.links, processorAccountId, providerRef } };
}

function banked(
  transfer: BankTransfer,
  { from, to, kind }: Way & { kind: 'processor-payout' | 'processor-take-back' },
): NewLedgerTransaction {
  const { amount, processor, providerRef } = transfer;
  const bank = { type: 'Payout', counterparty: `bank/${transfer.bankRef}` } as const;
  const place = { type: 'Payout', counterparty: counterpartyOf(processor) } as const;
  const isOut = kind === 'processor-payout';
  return {
    opKey: `${kind}-${providerRef}`,
    kind,
    occurredAt: transfer.occurredAt,
    description: transfer.description,
    legs: [...debit(to, amount, isOut ? place : bank), ...credit(from, amount, isOut ? bank : place)],
    links: { ...transfer.links, providerRef },
  };
}
