import { LockMode } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { payoutFileId, type PayoutId, type SettlementRunId } from '../../domain/ids.ts';
import { payoutReference, type PayoutFileEntry } from '../../domain/settlement/payout-file.ts';
import { payoutTransitions, type PayoutFileFormat } from '../../domain/settlement/payout.ts';
import { nextState } from '../../domain/transition.ts';
import { BankDetail } from '../organisations/bank-detail.entity.ts';
import { openBankDetail } from '../organisations/bank-details.ts';
import { newId } from '../new-id.ts';
import { Organisation } from '../organisations/organisation.entity.ts';
import { PayoutFileLine } from './payout-file-line.entity.ts';
import { PayoutFile } from './payout-file.entity.ts';
import { Payout } from './payout.entity.ts';
import type { SealKeys } from '../sealed-text.ts';
import { SettlementItem } from './settlement-item.entity.ts';

/** A file holds so many at most; what is left goes into the next one. */
export const payoutsPerFileMax = 5_000;

/**
 * Payouts that wait for a bank file, locked until the transaction ends, in the order of their numbers. Those without
 * bank details are left: they are nobody's to pay.
 */
export async function lockPlannedPayouts(
  em: SqlEntityManager,
  { currency, run }: { readonly currency: string; readonly run: SettlementRunId | null },
): Promise<readonly Payout[]> {
  const where = {
    ...{ state: 'planned' as const, method: 'bank' as const, currency },
    ...{ amountMinor: { $gt: 0 }, bankDetailId: { $ne: null } },
    ...(run === null ? {} : { runId: run }),
  };
  return em.find(Payout, where, {
    lockMode: LockMode.PESSIMISTIC_WRITE,
    orderBy: { no: 'asc' },
    limit: payoutsPerFileMax,
  });
}

/** What a file says of `payouts`, their bank details opened. */
export async function fileEntriesOf(
  em: SqlEntityManager,
  keys: SealKeys,
  payouts: readonly Payout[],
): Promise<readonly PayoutFileEntry[]> {
  const organisations = byId(await em.find(Organisation, { id: { $in: payouts.map((one) => one.organisationId) } }));
  const detailIds = payouts.flatMap(({ bankDetailId }) => (bankDetailId ? [bankDetailId] : []));
  const details = byId(await em.find(BankDetail, { id: { $in: detailIds } }));
  const items = await em.find(SettlementItem, { payoutId: { $in: payouts.map(({ id }) => id) } });
  const plans = new Map(items.map((item) => [item.payoutId as PayoutId, item]));
  return payouts.map((payout) => ({
    reference: payoutReference(payout.no, payout.attemptNo),
    amountMinor: payout.amountMinor,
    account: openBankDetail(keys, found(details, payout.bankDetailId)),
    organisation: found(organisations, payout.organisationId),
    plan: plans.get(payout.id) ?? null,
  }));
}

export interface NewPayoutFile {
  readonly run: SettlementRunId | null;
  readonly format: PayoutFileFormat;
  readonly currency: string;
  readonly actor: string;
  readonly at: Date;
}

/** Takes a file's number, which its content must name, before there is one. */
export async function beginPayoutFile(em: SqlEntityManager, file: NewPayoutFile): Promise<PayoutFile> {
  const { run, format, currency, actor, at } = file;
  const id = payoutFileId(newId('payoutFile'));
  const content = { payouts: 0, totalMinor: 0, digest: '', sealed: '' };
  const row = em.create(PayoutFile, { id, runId: run, format, currency, actor, createdAt: at, ...content });
  await em.persist(row).flush();
  return row;
}

/** Puts `payouts` into the file: each stands in this one and no other. */
export function filePayouts(em: SqlEntityManager, file: PayoutFile, payouts: readonly Payout[]): void {
  for (const payout of payouts) {
    const { id: payoutId, attemptNo, no } = payout;
    payout.state = nextState(payoutTransitions, payout.state, 'file');
    payout.updatedAt = file.createdAt;
    const reference = payoutReference(no, attemptNo);
    em.persist(em.create(PayoutFileLine, { payoutId, attemptNo, fileId: file.id, reference }));
  }
  file.payouts = payouts.length;
  file.totalMinor = payouts.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, row]));
}

function found<T>(rows: ReadonlyMap<string, T>, id: string | null | undefined): T {
  const row = rows.get(id ?? '');
  if (row === undefined) throw new Error(`There is no ${id ?? 'row'} for a payout.`);
  return row;
}
