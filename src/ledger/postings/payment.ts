import {
  memberAccount,
  organisationAccount,
  storeCreditAccount,
  type LedgerAccountRef,
} from '../../domain/ledger-account.ts';
import {
  credit,
  debit,
  type Counterparty,
  type EntryType,
  type HoldConsumption,
  type LedgerLinks,
  type NewLedgerTransaction,
} from '../../domain/ledger.ts';
import { sum, type Money } from '../../domain/money.ts';
import type { Currency } from '../../domain/currency.ts';

/** A holder of a balance who pays or is paid. */
export interface Party {
  readonly kind: 'member' | 'organisation';
  readonly id: string;
}

export interface Movement {
  /** Of the payment, transfer or top-up behind it: the op_key is derived from it. */
  readonly id: string;
  readonly amount: Money;
  readonly occurredAt: string;
  readonly description: string;
  readonly links?: LedgerLinks;
}

/** A payment from a member's balance. */
export interface BalancePayment extends Movement {
  readonly memberId: string;
  readonly to: Party;
  readonly type: EntryType;
  readonly consumesHolds?: readonly HoldConsumption[];
}

/** A member pays a member or an organisation out of their balance (decisions 1, row "payment"). */
export function payment(paid: BalancePayment): NewLedgerTransaction {
  const from: Party = { kind: 'member', id: paid.memberId };
  const transaction = moved(paid, { from, to: paid.to, types: [paid.type, paid.type] });
  const holds = paid.consumesHolds === undefined ? {} : { consumesHolds: paid.consumesHolds };
  return { ...transaction, ...holds, opKey: `payment-${paid.id}`, kind: 'payment' };
}

/** One of several payments that a host makes out of a member's funds. */
export interface BookedLine {
  readonly to: Party;
  readonly amount: Money;
  readonly type: EntryType;
}

/** What a host books within the funds of a payment; each line is a row of the member's statement (decisions D14). */
export function hostBooking(
  booked: Omit<BalancePayment, 'to' | 'type' | 'amount'> & {
    readonly lines: readonly BookedLine[];
  },
): NewLedgerTransaction {
  const from: Party = { kind: 'member', id: booked.memberId };
  const legs = booked.lines.flatMap(
    ({ to, amount, type }) => moved({ ...booked, amount }, { from, to, types: [type, type] }).legs,
  );
  return {
    opKey: `payment-${booked.id}`,
    kind: 'payment',
    occurredAt: booked.occurredAt,
    description: booked.description,
    legs,
    links: { ...linkOf(from), ...booked.links },
    ...(booked.consumesHolds === undefined ? {} : { consumesHolds: booked.consumesHolds }),
  };
}

export interface OrganisationMovement extends Movement {
  readonly organisationId: string;
  readonly to: Party;
}

/** What an organisation's transfer is for; without it, a plain transfer. */
export interface ReasonedTransfer extends OrganisationMovement {
  readonly reason?: 'transfer' | 'membership' | 'miscellaneous';
}

/** An organisation pays a member or another organisation; each sees its own word for it (decisions 1, D2). */
export function organisationTransfer(transfer: ReasonedTransfer): NewLedgerTransaction {
  const from: Party = { kind: 'organisation', id: transfer.organisationId };
  const types = transferTypes(transfer);
  const transaction = moved(transfer, { from, to: transfer.to, types });
  return { ...transaction, opKey: `organisation-transfer-${transfer.id}`, kind: 'organisation-transfer' };
}

/** A club adds to a member's balance from its own funds (decisions 1, row "club-top-up"). */
export function clubTopUp(topUp: OrganisationMovement): NewLedgerTransaction {
  const from: Party = { kind: 'organisation', id: topUp.organisationId };
  const transaction = moved(topUp, { from, to: topUp.to, types: ['Club Top Up', 'Club Top Up'] });
  return { ...transaction, opKey: `club-top-up-${topUp.id}`, kind: 'club-top-up' };
}

export interface ClubTopUpReversal extends Movement {
  readonly memberId: string;
  readonly organisationId: string;
  /** Finance insists, although the member has spent it; audited by the caller. */
  readonly forced?: boolean;
}

/** A club takes a top-up back (decisions 1, row "club-top-up reversal"); `id` is the top-up's. */
export function clubTopUpReversal(reversal: ClubTopUpReversal): NewLedgerTransaction {
  const transaction = moved(reversal, {
    from: { kind: 'member', id: reversal.memberId },
    to: { kind: 'organisation', id: reversal.organisationId },
    types: ['Club Top Up Rev', 'Club Top Up Rev'],
  });
  const kind = reversal.forced === true ? 'club-top-up-reversal-forced' : 'club-top-up-reversal';
  return { ...transaction, opKey: `club-top-up-${reversal.id}-reversal`, kind };
}

/** What an organisation gives back to members, all in one transaction or not at all. */
export interface InternalRefund<C extends Currency = Currency> {
  readonly id: string;
  readonly organisationId: string;
  readonly currency: C;
  readonly rows: readonly { readonly memberId: string; readonly amount: Money<C> }[];
  readonly occurredAt: string;
  readonly description: string;
}

/** Gives a session's fees back (decisions 1, row "internal-refund of a session"). */
export function sessionRefund(refund: InternalRefund): NewLedgerTransaction {
  return { ...internalRefund(refund), opKey: `session-refund-${refund.id}`, kind: 'session-refund' };
}

/** Gives an event's entries back, down to `overdraftLimitMinor` below zero (decisions 1, row "… of an event"). */
export function eventRefund(refund: InternalRefund, overdraftLimitMinor: number): NewLedgerTransaction {
  return { ...internalRefund(refund), opKey: `event-refund-${refund.id}`, kind: 'event-refund', overdraftLimitMinor };
}

/** A store credit and the organisation that stands behind it. */
export interface StoreCreditMovement extends Movement {
  readonly organisationId: string;
}

/** Goodwill: the organisation's money becomes a credit; `id` is the credit's. */
export function storeCreditIssued(issued: StoreCreditMovement): NewLedgerTransaction {
  const credited = storeCreditAccount(issued.id, issued.amount.currency);
  const owner = organisationAccount(issued.organisationId, issued.amount.currency);
  return storeCredit(issued, { from: owner, to: credited, event: 'issued' });
}

/** What is left of a credit goes back to its organisation; `id` is the credit's. */
export function storeCreditExpired(expired: StoreCreditMovement): NewLedgerTransaction {
  const credited = storeCreditAccount(expired.id, expired.amount.currency);
  const owner = organisationAccount(expired.organisationId, expired.amount.currency);
  return storeCredit(expired, { from: credited, to: owner, event: 'expired' });
}

function transferTypes({ reason, to }: ReasonedTransfer): Route['types'] {
  if (reason === 'membership') return ['Club Membership', 'Club Membership'];
  if (reason === 'miscellaneous') return ['Miscellaneous', 'Miscellaneous'];
  return to.kind === 'member' ? ['Member Transfer', 'Org Transfer'] : ['Org Transfer', 'Org Transfer'];
}

type Body = Omit<NewLedgerTransaction, 'opKey' | 'kind'>;

interface Route {
  readonly from: Party;
  readonly to: Party;
  /** What the giver reads, and what the receiver reads. */
  readonly types: readonly [EntryType, EntryType];
}

function moved(movement: Movement, { from, to, types }: Route): Body {
  const { amount } = movement;
  return {
    occurredAt: movement.occurredAt,
    description: movement.description,
    legs: [
      ...debit(accountOf(from, amount.currency), amount, { type: types[0], counterparty: counterpartyOf(to) }),
      ...credit(accountOf(to, amount.currency), amount, { type: types[1], counterparty: counterpartyOf(from) }),
    ],
    links: { ...linkOf(to), ...linkOf(from), ...movement.links },
  };
}

function internalRefund<C extends Currency>(refund: InternalRefund<C>): Body {
  const { currency, organisationId, rows } = refund;
  const total = sum(
    rows.map((row) => row.amount),
    currency,
  );
  const counterparty = `organisation/${organisationId}` as const;
  return {
    occurredAt: refund.occurredAt,
    description: refund.description,
    legs: [
      ...debit(organisationAccount(organisationId, currency), total, { type: 'Refund' }),
      ...rows.flatMap((row) =>
        credit(memberAccount(row.memberId, currency), row.amount, { type: 'Refund', counterparty }),
      ),
    ],
    links: { organisationId },
  };
}

function storeCredit(
  movement: StoreCreditMovement,
  { from, to, event }: { from: LedgerAccountRef; to: LedgerAccountRef; event: 'issued' | 'expired' },
): NewLedgerTransaction {
  const { amount } = movement;
  const [giver, receiver] = [from, to].map((account) =>
    account.kind === 'organisation'
      ? (`organisation/${movement.organisationId}` as const)
      : (`store-credit/${movement.id}` as const),
  );
  return {
    opKey: `store-credit-${movement.id}-${event}`,
    kind: `store-credit-${event}`,
    occurredAt: movement.occurredAt,
    description: movement.description,
    legs: [
      ...debit(from, amount, { type: 'Store Credit', counterparty: receiver }),
      ...credit(to, amount, { type: 'Store Credit', counterparty: giver }),
    ],
    links: { ...movement.links, organisationId: movement.organisationId },
  };
}

function accountOf(party: Party, currency: Currency): LedgerAccountRef {
  return party.kind === 'member' ? memberAccount(party.id, currency) : organisationAccount(party.id, currency);
}

function counterpartyOf(party: Party): Counterparty {
  return `${party.kind}/${party.id}`;
}

function linkOf(party: Party): LedgerLinks {
  return party.kind === 'member' ? { memberId: party.id } : { organisationId: party.id };
}
