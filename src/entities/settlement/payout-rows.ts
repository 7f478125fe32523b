import { DomainError } from '../../domain/errors.ts';
import type { PayoutId } from '../../domain/ids.ts';
import { payoutTransitions, type PayoutChange, type PayoutSnapshot } from '../../domain/settlement/payout.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider, SqlValue } from '../../ledger/riders.ts';
import { BankDetail } from '../organisations/bank-detail.entity.ts';
import { Organisation } from '../organisations/organisation.entity.ts';
import { unitOfWork } from '../orm.ts';
import { PayoutFileLine } from './payout-file-line.entity.ts';
import { PayoutFile } from './payout-file.entity.ts';
import { Payout } from './payout.entity.ts';
import { SettlementItem } from './settlement-item.entity.ts';
import type { Shelf } from '../shelf.ts';

/** A payout with whom it pays. */
export interface PayoutDossier {
  readonly payout: Payout;
  readonly organisation: Organisation;
}

/** Reads it afresh. Throws `not_found`. */
export async function loadPayout({ orm }: Pick<Shelf, 'orm'>, id: PayoutId): Promise<PayoutDossier> {
  const em = unitOfWork(orm);
  const payout = await em.findOne(Payout, { id });
  if (payout === null) throw new DomainError('not_found', `There is no payout ${id}.`);
  return { payout, organisation: await em.findOneOrFail(Organisation, { id: payout.organisationId }) };
}

/** The file that the attempt under way stands in; null where there is none. */
export async function fileOf({ orm }: Pick<Shelf, 'orm'>, payout: Payout): Promise<PayoutFile | null> {
  const em = unitOfWork(orm);
  const line = await em.findOne(PayoutFileLine, { payoutId: payout.id, attemptNo: payout.attemptNo });
  return line === null ? null : em.findOneOrFail(PayoutFile, { id: line.fileId });
}

/** The newest bank details of an organisation in a currency; null where there are none. */
export async function newestBankDetail(
  { orm }: Pick<Shelf, 'orm'>,
  { organisationId, currency }: Pick<Payout, 'organisationId' | 'currency'>,
): Promise<BankDetail | null> {
  return unitOfWork(orm).findOne(BankDetail, { organisationId, currency }, { orderBy: { no: 'desc' } });
}

/** Moves a payout's row by `change`, guarded by its version. Throws when the table forbids it. */
export function payoutRider(payout: Payout, change: PayoutChange, columns: Readonly<Record<string, SqlValue>>): Rider {
  return payoutNote(payout, { ...columns, state: nextState(payoutTransitions, payout.state, change) });
}

/** Writes on a payout's row without moving it, guarded by its version. */
export function payoutNote(payout: Payout, set: Readonly<Record<string, SqlValue>>): Rider {
  return { update: 'payout', key: { id: payout.id }, expectedVersion: payout.version, set };
}

/** Gives back the period that a given-up payout had settled, so that a later run may settle it (decisions D24). */
export async function releaseItemRiders({ orm }: Pick<Shelf, 'orm'>, payout: Payout, at: Date): Promise<Rider[]> {
  const items = await unitOfWork(orm).find(SettlementItem, { payoutId: payout.id });
  return items.map((item) => ({
    update: 'settlement_item',
    key: { id: item.id },
    expectedVersion: item.version,
    set: { state: 'released', claim: null, outcome: 'payout_reversed', updated_at: at },
  }));
}

/** The payout as its row has it. */
export function payoutSnapshotOf({ state, attemptNo, outcome, attentionReason }: Payout): PayoutSnapshot {
  return { state, attemptNo, outcome: outcome ?? null, attentionReason: attentionReason ?? null };
}
