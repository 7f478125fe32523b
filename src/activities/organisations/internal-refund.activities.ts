import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { internalRefundId } from '../../domain/ids.ts';
import type { InternalRefundSnapshot } from '../../domain/organisations/internal-refund.ts';
import { money } from '../../domain/money.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import {
  cancelIouRiders,
  internalRefundLines,
  internalRefundRider,
  internalRefundSnapshotOf,
  loadInternalRefund,
} from '../../entities/organisations/internal-refund-rows.ts';
import type { InternalRefund } from '../../entities/organisations/internal-refund.entity.ts';
import { eventRefund, sessionRefund } from '../../ledger/postings/payment.ts';
import { activityEdge } from '../activity-edge.ts';
import type { PaymentDependencies } from '../payments/payment-desk.ts';

export type InternalRefundActivities = ReturnType<typeof createInternalRefundActivities>;

export interface InternalRefundDependencies extends Pick<PaymentDependencies, 'orm' | 'pool' | 'poster' | 'now'> {
  /** How far below zero refunds of events may bring an organisation, in minor units. */
  readonly eventRefundLimitMinor: number;
}

/** What organisations give back to members' balances. Each is idempotent: what is over is not touched again. */
export function createInternalRefundActivities(deps: InternalRefundDependencies) {
  return {
    postInternalRefund: (request: { internalRefundId: string }): Promise<InternalRefundSnapshot> =>
      activityEdge(() => post(deps, request)),
    refuseInternalRefund: (request: { internalRefundId: string; outcome: string }): Promise<InternalRefundSnapshot> =>
      activityEdge(() => refuse(deps, request)),
  };
}

async function post(
  deps: InternalRefundDependencies,
  request: { internalRefundId: string },
): Promise<InternalRefundSnapshot> {
  const { refund, ious } = await loadInternalRefund(deps, internalRefundId(request.internalRefundId));
  if (refund.state !== 'created') return internalRefundSnapshotOf(refund);
  const at = deps.now();
  const onSuccess = [
    internalRefundRider(refund, 'post', { outcome: null, updated_at: at }),
    ...cancelIouRiders(ious, at),
  ];
  const result = await deps.poster.post(transactionOf(deps, refund, at), { onSuccess });
  if (result.kind === 'posted') return { state: 'posted', outcome: null };
  if (result.code === 'conflict') throw new DomainError('conflict', `Internal refund ${refund.id} met another change.`);
  return refuse(deps, { ...request, outcome: result.code });
}

async function refuse(
  deps: InternalRefundDependencies,
  { internalRefundId: id, outcome }: { internalRefundId: string; outcome: string },
): Promise<InternalRefundSnapshot> {
  const { refund } = await loadInternalRefund(deps, internalRefundId(id));
  if (refund.state !== 'created') return internalRefundSnapshotOf(refund);
  await commitRiders(deps.pool, [internalRefundRider(refund, 'refuse', { outcome, updated_at: deps.now() })]);
  return { state: 'refused', outcome };
}

function transactionOf({ eventRefundLimitMinor }: InternalRefundDependencies, refund: InternalRefund, at: Date) {
  const currency = parseCurrency(refund.currency);
  const posting = {
    id: refund.id,
    organisationId: refund.organisationId,
    currency,
    rows: internalRefundLines(refund).map((line) => ({
      memberId: line.memberId,
      amount: money(line.amountMinor, currency),
    })),
    occurredAt: at.toISOString(),
    description: refund.description,
  };
  return refund.kind === 'session' ? sessionRefund(posting) : eventRefund(posting, eventRefundLimitMinor);
}
