import type { Currency } from '../../domain/currency.ts';
import { invariant } from '../../domain/invariant.ts';
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
  type HoldConsumption,
  type LedgerLinks,
  type NewLedgerTransaction,
} from '../../domain/ledger.ts';
import { isPositive, subtract, sum, type Money } from '../../domain/money.ts';

/** One capture of a sale, with every tender that paid it. */
export interface CapturedSale<C extends Currency = Currency> {
  readonly saleId: string;
  /** 1 for the first capture of the sale. */
  readonly captureNo: number;
  readonly organisationId: string;
  readonly occurredAt: string;
  readonly description: string;
  /** What the cards paid, the tip included; each to the processor account that holds it. */
  readonly cards: readonly { readonly processor: LedgerAccountRef<C>; readonly amount: Money<C> }[];
  /** The part of the cards' money that is a tip. */
  readonly tip?: Money<C> | undefined;
  readonly storeCredits?: readonly HeldTender<C>[];
  readonly members?: readonly HeldTender<C>[];
  readonly currency: C;
  readonly links?: Pick<LedgerLinks, 'processorAccountId' | 'providerRef' | 'actor'>;
}

/** A tender set aside by a hold; `ownerId` is the credit's or the member's. */
export interface HeldTender<C extends Currency = Currency> {
  readonly ownerId: string;
  readonly amount: Money<C>;
  readonly holdOpKey: string;
}

/**
 * Captured money of a sale: what the tenders paid becomes the organisation's, the tip as an entry of its own; the holds
 * of the tenders are consumed. Posted once per capture (decisions 1, row "sale").
 */
export function sale<C extends Currency>(captured: CapturedSale<C>): NewLedgerTransaction {
  const { currency, cards, storeCredits = [], members = [] } = captured;
  const tip = captured.tip ?? sum([], currency);
  const cardTotal = sum(
    cards.map((card) => card.amount),
    currency,
  );
  const tenders = [...storeCredits, ...members];
  const total = sum([cardTotal, ...tenders.map((tender) => tender.amount)], currency);
  const goods = subtract(total, tip);
  invariant(tip.amountMinor >= 0 && goods.amountMinor >= 0, `The tip of sale ${captured.saleId} exceeds what was paid`);

  const organisation = organisationAccount(captured.organisationId, currency);
  const toOrganisation = { type: 'Sale', counterparty: `organisation/${captured.organisationId}` } as const;
  const payer = payerOf(captured);
  return {
    opKey: saleCaptureOpKey(captured.saleId, captured.captureNo),
    kind: 'sale',
    occurredAt: captured.occurredAt,
    description: captured.description,
    legs: [
      ...cards.flatMap(({ processor, amount }) =>
        debit(processor, amount, { ...toOrganisation, type: 'Card Payment' }),
      ),
      ...storeCredits.flatMap((tender) =>
        debit(storeCreditAccount(tender.ownerId, currency), tender.amount, toOrganisation),
      ),
      ...members.flatMap((tender) => debit(memberAccount(tender.ownerId, currency), tender.amount, toOrganisation)),
      ...credit(organisation, goods, { type: 'Sale', counterparty: payer }),
      ...credit(organisation, tip, { type: 'Tip', counterparty: payer }),
    ],
    links: { ...captured.links, saleId: captured.saleId, organisationId: captured.organisationId },
    ...(tenders.length > 0 ? { consumesHolds: tenders.map(consumption) } : {}),
  };
}

/** Names the `captureNo`-th capture of a sale. */
export function saleCaptureOpKey(saleId: string, captureNo: number): string {
  return `sale-${saleId}-capture-${captureNo}`;
}

function consumption({ holdOpKey, amount }: HeldTender): HoldConsumption {
  return { holdOpKey, amount };
}

/** The one payer, as the organisation sees it; a split sale names none. */
function payerOf(captured: CapturedSale): Counterparty | undefined {
  const { cards, members = [], storeCredits = [] } = captured;
  const [member] = members;
  if (cards.some((card) => isPositive(card.amount)))
    return members.length + storeCredits.length > 0 ? undefined : 'card';
  return member !== undefined && members.length === 1 && storeCredits.length === 0
    ? `member/${member.ownerId}`
    : undefined;
}
