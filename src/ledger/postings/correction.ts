import { DomainError } from '../../domain/errors.ts';
import {
  adjustmentsAccount,
  badDebtExpense,
  disputeLossExpense,
  disputesReceivable,
  memberAccount,
  normalSideOf,
  openingAccount,
  organisationAccount,
  processorFeeExpense,
  type LedgerAccountRef,
} from '../../domain/ledger-account.ts';
import { credit, debit, type LedgerLinks, type LegLabel, type NewLedgerTransaction } from '../../domain/ledger.ts';
import { add, money, type Money } from '../../domain/money.ts';
import type { Party } from './payment.ts';
import { counterpartyOf, placeOf, type ProcessorPlace } from './processor.ts';

export interface Correction {
  readonly id: string;
  readonly account: LedgerAccountRef;
  /** Signed: plus is to the holder of a balance, and more of an asset or expense (decisions D34). */
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly actor: string;
}

/** An administrator's correction; throws `DomainError` `amount_out_of_range` for zero (decisions D4). */
export function adjustment(correction: Correction): NewLedgerTransaction {
  const other = adjustmentsAccount(correction.amount.currency);
  return {
    ...corrected(correction, { other, type: 'Manual Adjustment' }),
    opKey: `adjustment-${correction.id}`,
    kind: 'adjustment',
  };
}

/** A balance brought in from another system. */
export function openingBalance(correction: Correction): NewLedgerTransaction {
  const other = openingAccount(correction.amount.currency);
  const body = corrected(correction, { other, type: 'Opening Balance' });
  return { ...body, opKey: `opening-balance-${correction.id}`, kind: 'opening-balance' };
}

export interface WriteOff {
  readonly id: string;
  readonly account: LedgerAccountRef;
  /** Above zero: what is given up, and credited to the account that will never be paid. */
  readonly amount: Money;
  readonly as: 'dispute-loss' | 'bad-debt';
  readonly occurredAt: string;
  readonly description: string;
  readonly actor: string;
}

/** What cannot be recovered becomes an expense (decisions 1, row "write-off"). */
export function writeOff(lost: WriteOff): NewLedgerTransaction {
  const { amount } = lost;
  const expense = lost.as === 'dispute-loss' ? disputeLossExpense(amount.currency) : badDebtExpense(amount.currency);
  const label: LegLabel = { type: 'Write-off', counterparty: `administrator/${lost.actor}` };
  return {
    opKey: `write-off-${lost.id}`,
    kind: 'write-off',
    occurredAt: lost.occurredAt,
    description: lost.description,
    legs: [...debit(expense, amount, label), ...credit(lost.account, amount, label)],
    links: { actor: lost.actor },
  };
}

export interface DisputeMovement {
  readonly processor: ProcessorPlace;
  /** The provider's balance transaction: an inquiry has none, and moves nothing. */
  readonly balanceTransactionRef: string;
  readonly amount: Money;
  /** What the processor takes, or gives back, for the dispute itself. */
  readonly fee: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** The bank took the money while the dispute is argued (decisions 1, row "dispute-opened"). */
export function disputeOpened(dispute: DisputeMovement): NewLedgerTransaction {
  const { amount, fee, processor } = dispute;
  const label: LegLabel = { type: 'Dispute', counterparty: counterpartyOf(processor) };
  const total = add(amount, fee);
  return {
    ...disputed(dispute, 'dispute-opened'),
    legs: [
      ...debit(disputesReceivable(amount.currency), amount, label),
      ...debit(processorFeeExpense(amount.currency), fee, label),
      ...credit(placeOf(processor, amount), total, label),
    ],
  };
}

/** The bank gave the money back, and the fee where the processor returns it. */
export function disputeWon(dispute: DisputeMovement): NewLedgerTransaction {
  const { amount, fee, processor } = dispute;
  const label: LegLabel = { type: 'Dispute', counterparty: counterpartyOf(processor) };
  return {
    ...disputed(dispute, 'dispute-won'),
    legs: [
      ...debit(placeOf(processor, amount), add(amount, fee), label),
      ...credit(disputesReceivable(amount.currency), amount, label),
      ...credit(processorFeeExpense(amount.currency), fee, label),
    ],
  };
}

export interface LostDispute {
  readonly disputeRef: string;
  readonly holder: Party;
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
}

/** Who was paid gives the money back; may overdraw (decisions 1, row "dispute-lost"). */
export function disputeLost(dispute: LostDispute): NewLedgerTransaction {
  const { amount, holder } = dispute;
  const account = holder.kind === 'member' ? memberAccount : organisationAccount;
  return {
    opKey: `dispute-lost-${dispute.disputeRef}`,
    kind: 'dispute-lost',
    occurredAt: dispute.occurredAt,
    description: dispute.description,
    legs: [
      ...debit(account(holder.id, amount.currency), amount, { type: 'Dispute', counterparty: 'card' }),
      ...credit(disputesReceivable(amount.currency), amount, {
        type: 'Dispute',
        counterparty: `${holder.kind}/${holder.id}`,
      }),
    ],
    links: {
      providerRef: dispute.disputeRef,
      ...(holder.kind === 'member' ? { memberId: holder.id } : { organisationId: holder.id }),
    },
  };
}

function disputed(
  dispute: DisputeMovement,
  kind: 'dispute-opened' | 'dispute-won',
): Omit<NewLedgerTransaction, 'legs'> {
  return {
    opKey: `${kind}-${dispute.balanceTransactionRef}`,
    kind,
    occurredAt: dispute.occurredAt,
    description: dispute.description,
    links: { ...dispute.links, providerRef: dispute.balanceTransactionRef },
  };
}

function corrected(
  correction: Correction,
  { other, type }: { other: LedgerAccountRef; type: 'Manual Adjustment' | 'Opening Balance' },
): Omit<NewLedgerTransaction, 'opKey' | 'kind'> {
  const { account, amount, actor } = correction;
  if (amount.amountMinor === 0) throw new DomainError('amount_out_of_range', 'A correction of zero corrects nothing');
  const size = money(Math.abs(amount.amountMinor), amount.currency);
  const label: LegLabel = { type, counterparty: `administrator/${actor}` };
  const growsByDebit = normalSideOf(account.kind) === 'debit';
  const isDebited = growsByDebit === amount.amountMinor > 0;
  const [debited, credited] = isDebited ? [account, other] : [other, account];
  return {
    occurredAt: correction.occurredAt,
    description: correction.description,
    legs: [...debit(debited, size, label), ...credit(credited, size, label)],
    links: { actor },
  };
}
