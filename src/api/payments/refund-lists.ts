import type { Principal } from '../../domain/principal.ts';
import type { Dispute } from '../../entities/payments/dispute.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { refundSnapshotOf } from '../../entities/payments/refund-changes.ts';
import type { Refund } from '../../entities/payments/refund.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { definedOnly } from '../duplicates.ts';
import { disputeView, refundView } from './refund-view.ts';
import type { Answer } from '../route.ts';
import { pageView } from '../views.ts';

interface Asked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of refunds, of one member or in one state where that is asked for. */
export async function listRefunds(
  { orm }: Shelf,
  principal: Principal,
  { limit, cursor, member, state }: Asked & { member?: string | undefined; state?: Refund['state'] | undefined },
): Promise<Answer> {
  const page = { limit, after: cursor ?? null };
  const filter = definedOnly({ memberId: member as Refund['memberId'], state });
  const found = await scopedTo(unitOfWork(orm), principal).refunds(page, filter);
  return { status: 200, body: pageView(found, (row) => refundView(row, refundSnapshotOf(row))) };
}

/** A page of disputes. */
export async function listDisputes(
  { orm }: Shelf,
  principal: Principal,
  { limit, cursor, state }: Asked & { state?: Dispute['state'] | undefined },
): Promise<Answer> {
  const found = await scopedTo(unitOfWork(orm), principal).disputes(
    { limit, after: cursor ?? null },
    definedOnly({ state }),
  );
  return { status: 200, body: pageView(found, disputeView) };
}
