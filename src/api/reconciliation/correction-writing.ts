import { parseCurrency } from '../../domain/currency.ts';
import {
  manualSettlementDescription,
  needsApproval,
  type CorrectionKind,
  type CorrectionLoss,
  type CorrectionSnapshot,
  type CorrectionTiming,
} from '../../domain/reconciliation/correction.ts';
import { DomainError } from '../../domain/errors.ts';
import { invariant } from '../../domain/invariant.ts';
import type { FeeTaxes } from '../../domain/organisations/fee-tax.ts';
import { correctionId, organisationId, payoutId, type CorrectionId } from '../../domain/ids.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import { settlementFigures } from '../../domain/settlement/settlement.ts';
import { actStatement } from '../../entities/audit.ts';
import { correctionSnapshotOf, loadCorrection } from '../../entities/reconciliation/correction-rows.ts';
import { effectiveFee } from '../../entities/organisations/fees.read.ts';
import type { StoredAnswer, WriteRequest } from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { isDuplicate, sqlTime, type Statement } from '../../entities/sql-pool.ts';
import { beginOnce, type BeginParts } from '../begin-once.ts';
import type { CorrectionMessenger } from './correction-messenger.ts';
import { correctionView } from './correction-view.ts';
import type { Party } from '../payments/payment-writing.ts';
import { problem } from '../problems.ts';
import { refusedField } from '../refused-field.ts';
import type { Answer } from '../route.ts';

/** Figures of a deployment that corrections go by. */
export interface CorrectionRules {
  /** Above it a second person decides; null: never. Minor units of any currency. */
  readonly approvalAboveMinor: number | null;
  readonly timing: CorrectionTiming;
  readonly feeTaxes: FeeTaxes;
}

export interface CorrectionParts extends BeginParts, Shelf {
  readonly corrections: CorrectionMessenger;
  readonly rules: CorrectionRules;
}

/** What an administrator wants booked. */
export interface CorrectionWish {
  readonly kind: CorrectionKind;
  /** Where it is found: `/v1/<noun>/<id>`. */
  readonly noun: string;
  readonly holder: Party;
  /** Signed for adjustments and opening balances (decisions D34). */
  readonly amount: { readonly amount: number; readonly currency: string };
  /** Null for a settlement: the server makes it (W-49). */
  readonly description: string | null;
  readonly reason: string;
  readonly loss: CorrectionLoss | null;
}

export interface CorrectionRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly wish: CorrectionWish;
}

/** Books it, or writes it down for a second person to decide (cobalt.md 2.15). Once per key. */
export async function createCorrection(parts: CorrectionParts, asked: CorrectionRequest): Promise<Answer> {
  await requireHolder(parts, asked);
  const id = correctionId(newId('correction'));
  const terms = await termsOf(parts, asked.wish);
  const beginning = beginOnce<CorrectionSnapshot>(parts, {
    write: asked.write,
    resourceId: id,
    location: (resourceId) => `/v1/${asked.wish.noun}/${resourceId}`,
    insert: [insertCorrection(id, asked, terms), auditOf(id, asked)],
    begin: (resourceId, updateId) => parts.corrections.begin(resourceId, updateId),
    render: (resourceId, snapshot) => rendered(parts, resourceId, snapshot),
    show: (resourceId) => showCorrection(parts, resourceId),
  });
  return beginning.catch((error: unknown) => {
    // Neither the key nor the id is there twice, so it is the account of an open write-off.
    if (isDuplicate(error)) throw new DomainError('conflict', 'Another write-off of this account is under way.');
    throw error;
  });
}

/** As it stands. Throws `not_found`. */
export async function showCorrection(parts: Pick<CorrectionParts, 'orm'>, id: string): Promise<StoredAnswer> {
  const row = await loadCorrection(parts, correctionId(id));
  return { status: 200, body: JSON.stringify(correctionView(row, correctionSnapshotOf(row))) };
}

async function rendered(parts: CorrectionParts, id: string, snapshot: CorrectionSnapshot): Promise<StoredAnswer> {
  const view = correctionView(await loadCorrection(parts, correctionId(id)), snapshot);
  if (snapshot.state === 'posted') return { status: 201, body: JSON.stringify(view) };
  if (snapshot.state === 'awaiting_approval') return { status: 202, body: JSON.stringify(view) };
  const reason = snapshot.outcome ?? snapshot.state;
  const refusal = problem('correction_refused', `Nothing was booked: ${reason}.`, { reason, correction: view });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

async function requireHolder({ orm }: CorrectionParts, { principal, wish }: CorrectionRequest): Promise<void> {
  const { holder, amount } = wish;
  const reads = scopedTo(unitOfWork(orm), principal);
  const found = holder.kind === 'member' ? await reads.member(holder.id) : await reads.organisation(holder.id);
  if (found === null) throw refusedField('not_found', `holder.${holder.kind}`, `names no ${holder.kind}`);
  // An organisation may hold several currencies, one by its sites; a member holds one.
  if (holder.kind === 'member' && found.currency !== amount.currency) {
    throw new DomainError('currency_mismatch', `The account of ${found.id} is in ${found.currency}.`);
  }
}

/** What is frozen when it is asked for, as columns; a settlement's figures are null for all else. */
interface Terms {
  readonly description: string;
  /** Until when a second person can decide, as SQL has it. */
  readonly approveBy: string | null;
  /** Fee in hundredths of a percent, payout, fee, tax, and the payout's id. */
  readonly settled: readonly (string | number | null)[];
}

async function termsOf(parts: CorrectionParts, wish: CorrectionWish): Promise<Terms> {
  const { approvalAboveMinor, timing } = parts.rules;
  const waits = needsApproval(wish.amount.amount, approvalAboveMinor);
  const approveBy = waits ? sqlTime(new Date(Date.now() + timing.approvalMs).toISOString()) : null;
  if (wish.description === null) return { ...(await settlementTerms(parts, wish)), approveBy };
  return { description: wish.description, approveBy, settled: [null, null, null, null, null] };
}

async function settlementTerms(
  { pool, rules }: CorrectionParts,
  { holder, amount }: CorrectionWish,
): Promise<Omit<Terms, 'approveBy'>> {
  const currency = parseCurrency(amount.currency);
  const paid = organisationId(holder.id);
  const fee = (await effectiveFee({ pool }, [paid])).get(paid);
  invariant(fee !== undefined, 'Every organisation that is asked for has a fee, or none is set');
  const { feeBp } = fee;
  const taxBp = rules.feeTaxes[currency]?.rateBp ?? 0;
  const basis = { balanceMinor: amount.amount, floatMinor: 0, overrideMinor: null, feeBp, taxBp };
  const figures = settlementFigures(basis);
  invariant(figures !== null, 'Nothing to settle is refused before');
  const { payoutMinor, feeMinor, taxMinor } = figures;
  return {
    description: manualSettlementDescription(figures, { feeBp, currency }),
    settled: [feeBp, payoutMinor, feeMinor, taxMinor, payoutId(newId('payout'))],
  };
}

function auditOf(id: CorrectionId, { principal, wish }: CorrectionRequest): Statement {
  const { holder, amount, kind, loss, reason } = wish;
  return actStatement({
    ...signatureOf(principal),
    action: `${kind}.create`,
    target: id,
    organisationId: holder.kind === 'organisation' ? organisationId(holder.id) : null,
    after: {
      [holder.kind]: holder.id,
      amountMinor: amount.amount,
      currency: amount.currency,
      ...(loss ? { loss } : {}),
    },
    reason,
  });
}

function insertCorrection(
  id: CorrectionId,
  { principal, wish }: CorrectionRequest,
  { description, approveBy, settled }: Terms,
): Statement {
  const { holder, amount, kind, loss, reason } = wish;
  const { actor, assertedActor } = signatureOf(principal);
  const at = sqlTime(new Date().toISOString());
  const openFor = kind === 'write_off' ? `${holder.id}/${amount.currency}` : null;
  return {
    sql: `INSERT INTO correction (id, kind, holder_kind, holder_id, organisation_id, currency, amount_minor, loss, open_for, fee_bp, payout_minor,
      fee_minor, tax_minor, payout_id, description, reason, approve_by, state, actor, asserted_actor, created_at, updated_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'created', ?, ?, ?, ?)`,
    values: [
      ...[id, kind, holder.kind, holder.id, holder.kind === 'organisation' ? holder.id : null],
      ...[amount.currency, amount.amount, loss, openFor, ...settled, description, reason, approveBy],
      ...[actor, assertedActor, at, at],
    ],
  };
}
