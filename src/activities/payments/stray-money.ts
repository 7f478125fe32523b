import { parseCurrency } from '../../domain/currency.ts';
import { cardTransactionId, processorAccountId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { CardTransaction } from '../../entities/cards/card-transaction.entity.ts';
import { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { lateMoney } from '../../ledger/postings/processor.ts';
import { mustPost } from '../must-post.ts';
import type { RefundDependencies } from './refund-desk.ts';

/** A payment at the processor that belongs to nobody here. */
export interface StrayMoney {
  readonly processorAccountId: string;
  readonly paymentRef: string;
}

/**
 * Books money of unknown owner to suspense, once, with a card transaction of its own, so that its fee, its refunds and its
 * disputes find their way (decisions D16, WH-03). Answers how much it is, in minor units; zero when nothing was paid.
 */
export async function keepStrayMoney(
  deps: RefundDependencies,
  { processorAccountId: accountId, paymentRef }: StrayMoney,
): Promise<{ readonly keptMinor: number }> {
  const em = unitOfWork(deps.orm);
  const account = await em.findOneOrFail(ProcessorAccount, { id: processorAccountId(accountId) });
  const fact = await deps.cardsAt(account).readPayment(paymentRef);
  if (fact.status !== 'captured') return { keptMinor: 0 };
  // Its owner may have appeared meanwhile, or an earlier run has booked it.
  const known = await em.findOne(CardTransaction, { processorAccountId: account.id, paymentRef });
  if (known !== null) return { keptMinor: known.ownerKind === 'unmatched' ? fact.capturedMinor : 0 };
  const at = deps.now();
  const transaction = lateMoney({
    processor: account,
    amount: money(fact.capturedMinor, parseCurrency(fact.currency)),
    occurredAt: at.toISOString(),
    description: `Card money of unknown owner, ${paymentRef}`,
    chargeRef: fact.chargeRef ?? paymentRef,
    memberId: null,
    links: { processorAccountId: account.id },
  });
  const id = cardTransactionId(newId('cardTransaction'));
  const row = {
    ...{ id, organisation_id: null, processor_account_id: account.id, owner_kind: 'unmatched', owner_id: id },
    ...{ payment_ref: paymentRef, charge_ref: fact.chargeRef, currency: fact.currency },
    ...{ captured_minor: fact.capturedMinor, state: 'captured', captured_at: at, created_at: at },
  };
  await mustPost(deps, transaction, [{ insert: 'card_transaction', row }]);
  return { keptMinor: fact.capturedMinor };
}
