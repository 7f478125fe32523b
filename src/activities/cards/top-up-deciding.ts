import { topUpAmount, type TopUpDecision } from '../../domain/cards/auto-top-up.ts';
import { cardTransactionId, memberId, topUpId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import { loadAutoTopUpFile, type AutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import { optionalText, textOf, type SqlRow } from '../../entities/sql-pool.ts';
import { interactivePaymentWorkflowId } from '../../workflows/payments/interactive-payment.messages.ts';
import { paymentBatchWorkflowId } from '../../workflows/payments/payment-batch.messages.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { newId } from '../../entities/new-id.ts';
import type { TopUpNeed } from '../../entities/cards/top-up-need.entity.ts';
import type { Rider } from '../../ledger/riders.ts';
import { obstacleOf, type PaymentDependencies } from '../payments/payment-desk.ts';

/** What to do next for a member: a charge, or nothing more. `ended`: workflows that wait and can go on now. */
export interface TopUpStep {
  readonly topUpId: string | null;
  readonly ended: readonly string[];
  /** A charge of an earlier run goes on: what is needed now was not looked at yet. */
  readonly isResumed?: true;
  /** Something that a person should look at. */
  readonly alarm?: string;
}

/**
 * Decides one charge for all that lack money now, however many there are (decisions D10), and writes down what went into
 * it before the card is asked. A charge that was begun goes first.
 */
export async function decideTopUp(deps: PaymentDependencies, request: { memberId: string }): Promise<TopUpStep> {
  const file = await loadAutoTopUpFile(deps, memberId(request.memberId));
  if (file.underWay !== null) {
    return { topUpId: file.underWay.id, ended: [], isResumed: true, ...alarmOf(deps, file, file.chargesToday) };
  }
  if (file.needs.length === 0) return { topUpId: null, ended: [] };
  const obstacle = obstacleOf(deps, file);
  if (obstacle !== null) return end(deps, file.needs, { state: 'refused', outcome: obstacle });
  const decision = decide(deps, file);
  if (decision === null) return end(deps, file.needs, { state: 'met', outcome: 'covered' });
  if (isAboveCap(file, decision)) return end(deps, file.needs, { state: 'refused', outcome: 'top_up_cap' });
  return { topUpId: await intend(deps, file, decision), ended: [], ...alarmOf(deps, file, file.chargesToday + 1) };
}

/** The last charge that a day admits is told to a person: nobody tops up so often on purpose (F22). */
function alarmOf(deps: PaymentDependencies, { member }: AutoTopUpFile, charges: number): { readonly alarm?: string } {
  const isLast = charges >= deps.limitsOf(member.currency).autoPerDayMax;
  return isLast ? { alarm: 'automatic top-ups run away: no more today' } : {};
}

/** Caps are the member's choice; above one nothing is charged (decisions D11). */
function isAboveCap({ autoTopUp }: AutoTopUpFile, { amountMinor }: TopUpDecision): boolean {
  const cap = autoTopUp?.chargeCapMinor ?? null;
  return cap !== null && amountMinor > cap;
}

function decide(deps: PaymentDependencies, file: AutoTopUpFile): TopUpDecision | null {
  const autoMinor = file.autoTopUp?.amountMinor ?? 0;
  const needMinor = sumOf(file.needs, 'shortfall');
  // What a payment left too low is lifted by one step; a charge for a shortfall does that too.
  if (needMinor === 0) return { amountMinor: autoMinor, branch: 'candidate_enough' };
  if (needMinor <= file.availableMinor) return null;
  const { lowMinor } = deps.limitsOf(file.member.currency);
  return topUpAmount({ autoMinor, needMinor, balanceMinor: file.availableMinor, lowMinor });
}

function sumOf(needs: readonly TopUpNeed[], kind: TopUpNeed['kind']): number {
  return needs.filter((need) => need.kind === kind).reduce((sum, need) => sum + need.amountMinor, 0);
}

async function intend(deps: PaymentDependencies, file: AutoTopUpFile, decision: TopUpDecision): Promise<string> {
  const { member, autoTopUp, account, needs, availableMinor } = file;
  invariant(account !== null && autoTopUp !== null, 'A charge has a card.');
  const at = deps.now();
  const id = topUpId(newId('topUp'));
  const row = {
    id,
    member_id: member.id,
    kind: 'auto',
    amount_minor: decision.amountMinor,
    currency: member.currency,
    state: 'created',
    processor_account_id: account.id,
    card_transaction_id: cardTransactionId(newId('cardTransaction')),
    customer_ref: autoTopUp.customerRef ?? null,
    payment_method_ref: autoTopUp.paymentMethodRef ?? null,
    auto_amount_minor: autoTopUp.amountMinor ?? null,
    need_minor: sumOf(needs, 'shortfall'),
    balance_minor: availableMinor,
    branch: decision.branch,
    created_at: at,
    updated_at: at,
    version: 1,
  };
  await commitRiders(deps.pool, [
    { insert: 'top_up', row },
    ...needs.map((need) => needRider(need, { top_up_id: id })),
  ]);
  return id;
}

async function end(
  deps: PaymentDependencies,
  needs: readonly TopUpNeed[],
  how: { readonly state: 'met' | 'refused'; readonly outcome: string },
): Promise<TopUpStep> {
  await commitRiders(
    deps.pool,
    needs.map((need) => needRider(need, how)),
  );
  return { topUpId: null, ended: await waitingWorkflows(deps, needs) };
}

/** Changes a need, guarded by its version. */
export function needRider(need: TopUpNeed, set: Readonly<Record<string, string>>): Rider {
  return { update: 'top_up_need', key: { id: need.id }, expectedVersion: need.version, set };
}

/** The workflows of the payments, or of their batches, that wait for these needs. */
export async function waitingWorkflows(deps: PaymentDependencies, needs: readonly TopUpNeed[]): Promise<string[]> {
  const ids = needs.filter(({ kind }) => kind === 'shortfall').map(({ sourceId }) => sourceId);
  if (ids.length === 0) return [];
  const rows = await deps.pool.rows(
    `SELECT id, batch_id FROM payment WHERE id IN (${ids.map(() => '?').join(', ')})`,
    ids,
  );
  return namesOf(rows);
}

/**
 * The workflows that waited for a charge whose end is written: who wrote it may have died before they were told, and
 * then the needs that it met are open no more.
 */
export async function waitingFor(deps: PaymentDependencies, topUp: string): Promise<string[]> {
  const rows = await deps.pool.rows(
    `SELECT p.id, p.batch_id FROM top_up_need n JOIN payment p ON p.id = n.source_id
     WHERE n.top_up_id = ? AND n.kind = 'shortfall'`,
    [topUp],
  );
  return namesOf(rows);
}

/** The workflows of a member's payments that still wait although their need has ended. */
export async function waitingInVain(deps: PaymentDependencies, request: { memberId: string }): Promise<string[]> {
  const rows = await deps.pool.rows(
    `SELECT p.id, p.batch_id FROM top_up_need n JOIN payment p ON p.id = n.source_id
     WHERE n.member_id = ? AND n.state IN ('met', 'refused') AND n.kind = 'shortfall' AND p.state = 'created'`,
    [request.memberId],
  );
  return namesOf(rows);
}

function namesOf(rows: readonly SqlRow[]): string[] {
  const names = rows.map((row) => {
    const batch = optionalText(row, 'batch_id');
    return batch === null ? interactivePaymentWorkflowId(textOf(row, 'id')) : paymentBatchWorkflowId(batch);
  });
  return [...new Set(names)];
}
