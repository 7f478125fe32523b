import { processorAccountId } from '../../domain/ids.ts';
import type { BalanceFact, ProcessorSweepPort } from '../../domain/counter/processor-port.ts';
import { CardTransaction } from '../../entities/cards/card-transaction.entity.ts';
import type { LedgerLinks } from '../../domain/ledger.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { activityEdge } from '../activity-edge.ts';
import { feeOf } from './sale-posting.ts';
import type { SaleDependencies } from './sale-desk.ts';

export type ProcessorFeeActivities = ReturnType<typeof createProcessorFeeActivities>;

export interface ProcessorFeeDependencies extends Pick<SaleDependencies, 'orm' | 'pool' | 'poster' | 'now'> {
  readonly sweepFor: (account: ProcessorAccount) => ProcessorSweepPort;
}

export interface FeePageRequest {
  readonly processorAccountId: string;
  readonly pageSize: number;
}

/** Processor fees that became known after their sale was posted (decisions D7, D48). */
export function createProcessorFeeActivities(deps: ProcessorFeeDependencies) {
  return {
    /** One page of captures without a fee: asks the processor, posts each fee once. `more`: another page may help. */
    postProcessorFees: (request: FeePageRequest): Promise<{ posted: number; more: boolean }> =>
      activityEdge(() => postFees(deps, request)),
  };
}

async function postFees(
  deps: ProcessorFeeDependencies,
  request: FeePageRequest,
): Promise<{ posted: number; more: boolean }> {
  const em = unitOfWork(deps.orm);
  const account = await em.findOneOrFail(ProcessorAccount, { id: processorAccountId(request.processorAccountId) });
  const waiting = await em.find(
    CardTransaction,
    { processorAccountId: account.id, state: 'captured', balanceTransactionRef: null, chargeRef: { $ne: null } },
    { orderBy: { feeCheckedAt: 'asc', id: 'asc' }, limit: request.pageSize },
  );
  const sweep = deps.sweepFor(account);
  let posted = 0;
  for (const card of waiting) {
    const balance = card.chargeRef ? await sweep.readBalance(card.chargeRef) : null;
    if (balance === null) card.feeCheckedAt = deps.now();
    else {
      await postFee(deps, { account, card }, balance);
      posted += 1;
    }
  }
  await em.flush();
  return { posted, more: posted > 0 && waiting.length === request.pageSize };
}

async function postFee(
  deps: ProcessorFeeDependencies,
  line: { account: ProcessorAccount; card: CardTransaction },
  balance: BalanceFact,
): Promise<void> {
  const { account, card } = line;
  const { transaction, mark } = feeOf(
    { account, links: linksOf(card), paymentRef: card.paymentRef, balance },
    deps.now(),
  );
  if (transaction === null) {
    await commitRiders(deps.pool, [mark]);
    return;
  }
  const result = await deps.poster.post(transaction, { onSuccess: [mark] });
  if (result.kind === 'refused')
    throw new Error(`The fee ${balance.balanceTransactionRef} was refused: ${result.code}`);
  // Posted before by the sale itself, whose mark may have been lost with nothing else.
  if (result.replayed) await commitRiders(deps.pool, [mark]);
}

function linksOf({ ownerKind, ownerId, organisationId }: CardTransaction): LedgerLinks {
  return {
    ...(ownerKind === 'sale' ? { saleId: ownerId } : {}),
    ...(organisationId ? { organisationId } : {}),
  };
}
