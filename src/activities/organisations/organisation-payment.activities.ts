import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { organisationPaymentId } from '../../domain/ids.ts';
import type { NewLedgerTransaction } from '../../domain/ledger.ts';
import { money } from '../../domain/money.ts';
import type { OrganisationPaymentSnapshot } from '../../domain/organisations/organisation-payment.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import type { OrganisationPayment } from '../../entities/organisations/organisation-payment.entity.ts';
import {
  loadOrganisationPayment,
  organisationPaymentNews,
  organisationPaymentRider,
  organisationPaymentSnapshotOf,
} from '../../entities/organisations/organisation-payment-rows.ts';
import { clubTopUp, clubTopUpReversal, organisationTransfer } from '../../ledger/postings/payment.ts';
import { activityEdge } from '../activity-edge.ts';
import type { PaymentDependencies } from '../payments/payment-desk.ts';

export type OrganisationPaymentActivities = ReturnType<typeof createOrganisationPaymentActivities>;
export type OrganisationPaymentDependencies = Pick<PaymentDependencies, 'orm' | 'pool' | 'poster' | 'now'>;

/** What organisations pay out of their balance. Each is idempotent: what is over is not touched again. */
export function createOrganisationPaymentActivities(deps: OrganisationPaymentDependencies) {
  return {
    postOrganisationPayment: (request: { organisationPaymentId: string }): Promise<OrganisationPaymentSnapshot> =>
      activityEdge(() => post(deps, request)),
    refuseOrganisationPayment: (request: {
      organisationPaymentId: string;
      outcome: string;
    }): Promise<OrganisationPaymentSnapshot> => activityEdge(() => refuse(deps, request)),
  };
}

async function post(
  deps: OrganisationPaymentDependencies,
  request: { organisationPaymentId: string },
): Promise<OrganisationPaymentSnapshot> {
  const file = await loadOrganisationPayment(deps, organisationPaymentId(request.organisationPaymentId));
  const { payment } = file;
  if (payment.state !== 'created') return organisationPaymentSnapshotOf(payment);
  const at = deps.now();
  const onSuccess = [
    organisationPaymentRider(payment, 'post', { outcome: null, updated_at: at }),
    ...organisationPaymentNews(file, at),
  ];
  const result = await deps.poster.post(transactionOf(payment), { onSuccess });
  if (result.kind === 'posted') return { state: 'posted', outcome: null };
  if (result.code === 'conflict') throw new DomainError('conflict', `Payment ${payment.id} met another change.`);
  return refuse(deps, { ...request, outcome: result.code });
}

async function refuse(
  deps: OrganisationPaymentDependencies,
  { organisationPaymentId: id, outcome }: { organisationPaymentId: string; outcome: string },
): Promise<OrganisationPaymentSnapshot> {
  const { payment } = await loadOrganisationPayment(deps, organisationPaymentId(id));
  if (payment.state !== 'created') return organisationPaymentSnapshotOf(payment);
  await commitRiders(deps.pool, [organisationPaymentRider(payment, 'refuse', { outcome, updated_at: deps.now() })]);
  return { state: 'refused', outcome };
}

function transactionOf(payment: OrganisationPayment): NewLedgerTransaction {
  const { id, organisationId, payeeKind, payeeId, description, reason, actor } = payment;
  const movement = {
    id,
    organisationId,
    amount: money(payment.amountMinor, parseCurrency(payment.currency)),
    // When it was asked for: the same however often it is tried.
    occurredAt: payment.createdAt.toISOString(),
    description,
    links: { actor },
  };
  const to = { kind: payeeKind, id: payeeId };
  switch (payment.kind) {
    case 'transfer':
      return organisationTransfer({ ...movement, to, reason });
    case 'member_top_up':
      return clubTopUp({ ...movement, to });
    case 'member_top_up_reversal':
      return clubTopUpReversal({
        ...movement,
        id: payment.reversesId ?? id,
        memberId: payeeId,
        forced: payment.isForced,
      });
  }
}
