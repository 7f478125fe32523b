import { isCurrency, parseCurrency, type Currency } from '../../domain/currency.ts';
import type { LedgerLinks, NewLedgerTransaction } from '../../domain/ledger.ts';
import { money } from '../../domain/money.ts';
import {
  failedPayoutRef,
  feeOfLine,
  isDisputeLine,
  type ProviderLine,
} from '../../domain/reconciliation/reconciliation.ts';
import { CardTransaction } from '../../entities/cards/card-transaction.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { readPostedOpKeys } from '../../ledger/claims.read.ts';
import type { PosterItem } from '../../ledger/poster-contract.ts';
import { paidAtSource, processorFee } from '../../ledger/postings/processor.ts';
import { processorPayout, processorTakeBack } from '../../ledger/postings/settlement.ts';
import type { Rider } from '../../ledger/riders.ts';
import type { ReconciliationDesk } from './reconciliation-desk.ts';

export interface DayPosted {
  readonly fees: number;
  readonly payouts: number;
}

const groupSize = 100;

/**
 * Posts what the processor kept and paid out by its own will, and we could not know before: fees (decisions D7) and
 * payouts, each once by its op_key, whoever sees it first. Everything else is compared, and never booked by itself.
 */
export async function postDay(desk: ReconciliationDesk): Promise<DayPosted> {
  const lines = (await desk.books.linesToCompare(desk.day)).filter(({ currency }) => isCurrency(currency));
  const fees = await postNew(desk, await feesOf(desk, lines));
  const payouts = await postNew(
    desk,
    lines.flatMap((line) => payoutOf(desk, line)),
  );
  return { fees, payouts };
}

interface Posting {
  readonly transaction: NewLedgerTransaction;
  readonly riders: readonly Rider[];
}

async function postNew({ deps }: ReconciliationDesk, postings: readonly Posting[]): Promise<number> {
  const posted = await readPostedOpKeys(
    deps.pool,
    postings.map(({ transaction }) => transaction.opKey),
  );
  const fresh = postings.filter(({ transaction }) => !posted.has(transaction.opKey));
  let count = 0;
  for (let at = 0; at < fresh.length; at += groupSize) {
    const items = fresh.slice(at, at + groupSize).map(itemOf);
    const results = await deps.poster.postGroup(items);
    // What the book refuses stays a difference, which tells a person more than a failed run.
    count += results.filter((result) => result.kind === 'posted' && !result.replayed).length;
  }
  return count;
}

function itemOf({ transaction, riders }: Posting): PosterItem {
  return { kind: 'post', transaction, riders: { onSuccess: riders } };
}

async function feesOf(desk: ReconciliationDesk, lines: readonly ProviderLine[]): Promise<readonly Posting[]> {
  const paid = lines.filter((line) => feeOfLine(line) !== 0 && !isDisputeLine(line));
  const cards = await cardsOf(
    desk,
    paid.flatMap(({ sourceRef }) => sourceRef ?? []),
  );
  return paid.flatMap((line) => {
    const card = cards.get(line.sourceRef ?? '');
    const transaction = processorFee({
      processor: desk.account,
      amount: money(feeOfLine(line), parseCurrency(line.currency)),
      occurredAt: line.createdAt,
      description: 'Card processing',
      balanceTransactionRef: line.lineRef,
      links: { ...linksOf(card), processorAccountId: desk.account.id },
    });
    return transaction === null ? [] : [{ transaction, riders: card === undefined ? [] : [markOf(card, line)] }];
  });
}

async function cardsOf(
  { deps, account }: ReconciliationDesk,
  chargeRefs: readonly string[],
): Promise<ReadonlyMap<string, CardTransaction>> {
  const cards = new Map<string, CardTransaction>();
  const em = unitOfWork(deps.orm);
  for (let at = 0; at < chargeRefs.length; at += 1_000) {
    const chunk = chargeRefs.slice(at, at + 1_000);
    const found = await em.find(CardTransaction, { processorAccountId: account.id, chargeRef: { $in: [...chunk] } });
    for (const card of found) if (card.chargeRef) cards.set(card.chargeRef, card);
  }
  return cards;
}

function markOf(card: CardTransaction, line: ProviderLine): Rider {
  return {
    update: 'card_transaction',
    key: { id: card.id },
    set: { balance_transaction_ref: line.lineRef, fee_minor: feeOfLine(line) },
  };
}

function linksOf(card: CardTransaction | undefined): LedgerLinks {
  if (card === undefined) return {};
  return {
    ...(card.ownerKind === 'sale' ? { saleId: card.ownerId } : {}),
    ...(card.organisationId ? { organisationId: card.organisationId } : {}),
  };
}

function payoutOf(desk: ReconciliationDesk, line: ProviderLine): readonly Posting[] {
  const { type, sourceRef, amountMinor } = line;
  const isBack = type === 'payout_failure' || type === 'payout_cancel';
  if (sourceRef === null || amountMinor === 0 || (type !== 'payout' && !isBack)) return [];
  const providerRef = isBack ? failedPayoutRef(sourceRef) : sourceRef;
  const transaction = bankMovement(desk, line, { providerRef, isBack });
  return transaction === null ? [] : [{ transaction, riders: [] }];
}

function bankMovement(
  { account, deps }: ReconciliationDesk,
  line: ProviderLine,
  { providerRef, isBack }: { readonly providerRef: string; readonly isBack: boolean },
): NewLedgerTransaction | null {
  const currency: Currency = parseCurrency(line.currency);
  const isOut = line.amountMinor < 0;
  const moved = {
    processor: account,
    providerRef,
    amount: money(Math.abs(line.amountMinor), currency),
    occurredAt: line.createdAt,
    description: isBack ? `Payout ${line.sourceRef ?? ''} came back` : `Payout ${providerRef}`,
    links: { processorAccountId: account.id },
  };
  if (account.mode === 'connected_direct') {
    // What a connected account pays out is its organisation's own (decisions D71); a return is for a person to judge.
    const isPaid = isOut && !isBack && account.organisationId;
    return isPaid ? paidAtSource({ ...moved, organisationId: account.organisationId as string }) : null;
  }
  const toBank = { ...moved, bankRef: deps.bankRef };
  return isOut ? processorPayout(toBank) : processorTakeBack(toBank);
}
