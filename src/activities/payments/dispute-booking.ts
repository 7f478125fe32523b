import type { DisputeFact, DisputeMovementFact } from '../../domain/payments/card-refund-port.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { disputeId, type CardTransactionId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { loadCardFile, type CardFile } from '../../entities/cards/card-file.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { Dispute } from '../../entities/payments/dispute.entity.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { disputedRider } from '../../entities/payments/refund-changes.ts';
import { disputeLost, disputeOpened, disputeWon } from '../../ledger/postings/correction.ts';
import { mustPost } from '../must-post.ts';
import { linksOf, sourceOf, type RefundDependencies } from './refund-desk.ts';

interface Seen {
  readonly file: CardFile;
  readonly fact: DisputeFact;
}

/**
 * Books what a dispute moved at the processor, each of its movements once, and its loss when the bank has decided against
 * us (decisions 1, rows "dispute-…"). An inquiry moves nothing and is only written down.
 */
export async function bookDisputes(
  deps: RefundDependencies,
  cardId: CardTransactionId,
  fact: DisputeFact,
): Promise<void> {
  await noteDispute(deps, { file: await loadCardFile(deps, cardId), fact });
  for (const movement of fact.movements) {
    await bookMovement(deps, { file: await loadCardFile(deps, cardId), fact }, movement);
  }
  if (fact.status === 'lost') await bookLoss(deps, { file: await loadCardFile(deps, cardId), fact });
}

/** The row that operators read; written by the processor's word alone. */
async function noteDispute({ orm, pool, now }: RefundDependencies, { file, fact }: Seen): Promise<void> {
  const { card } = file;
  const key = { processorAccountId: card.processorAccountId, providerRef: fact.disputeRef };
  const known = await unitOfWork(orm).findOne(Dispute, key);
  const at = now();
  const evidence_due_at = fact.evidenceDueAt === null ? null : new Date(fact.evidenceDueAt);
  if (known?.state === fact.status) return;
  if (known !== null) {
    const set = { state: fact.status, evidence_due_at, updated_at: at };
    return commitRiders(pool, [{ update: 'dispute', key: { id: known.id }, expectedVersion: known.version, set }]);
  }
  const row = {
    id: disputeId(newId('dispute')),
    card_transaction_id: card.id,
    processor_account_id: card.processorAccountId,
    provider_ref: fact.disputeRef,
    amount_minor: fact.amountMinor,
    currency: fact.currency,
    reason: fact.reason.slice(0, 64),
    state: fact.status,
    evidence_due_at,
    created_at: at,
    updated_at: at,
  };
  return commitRiders(pool, [{ insert: 'dispute', row }]);
}

async function bookMovement(deps: RefundDependencies, seen: Seen, movement: DisputeMovementFact): Promise<void> {
  const { file, fact } = seen;
  const currency = parseCurrency(fact.currency);
  const isTaken = movement.amountMinor < 0;
  const sizeMinor = Math.abs(movement.amountMinor);
  const moved = {
    processor: file.account,
    balanceTransactionRef: movement.balanceTransactionRef,
    amount: money(sizeMinor, currency),
    fee: money(Math.abs(movement.feeMinor), currency),
    occurredAt: deps.now().toISOString(),
    description: `Dispute ${fact.disputeRef}: ${fact.reason}`,
    links: linksOf(file),
  };
  const transaction = isTaken ? disputeOpened(moved) : disputeWon(moved);
  await mustPost(deps, transaction, [disputedRider(file.card, isTaken ? sizeMinor : -sizeMinor)]);
}

async function bookLoss(deps: RefundDependencies, { file, fact }: Seen): Promise<void> {
  const source = sourceOf(file);
  // Nobody to take it from: the claim stands until somebody writes it off.
  if (source.kind === 'unmatched') return;
  const holder =
    source.kind === 'member'
      ? ({ kind: 'member', id: source.memberId } as const)
      : ({ kind: 'organisation', id: source.organisationId } as const);
  const lost = disputeLost({
    disputeRef: fact.disputeRef,
    holder,
    amount: money(fact.amountMinor, parseCurrency(fact.currency)),
    occurredAt: deps.now().toISOString(),
    description: `Dispute ${fact.disputeRef} was lost`,
  });
  await mustPost(deps, lost, []);
}
