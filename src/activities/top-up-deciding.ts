import { topUpAmount, type TopUpDecision } from '../domain/auto-top-up.ts';
import { cardTransactionId, memberId, topUpId } from '../domain/ids.ts';
import { invariant } from '../domain/invariant.ts';
import { loadAutoTopUpFile, type AutoTopUpFile } from '../entities/auto-top-up-file.ts';
import { commitRiders } from '../entities/commit-riders.ts';
import { newId } from '../entities/new-id.ts';
import type { TopUpNeed } from '../entities/top-up-need.entity.ts';
import type { Rider } from '../ledger/riders.ts';
import type { PaymentDependencies } from './payment-desk.ts';

/** What to do next for a member: a charge, or nothing more. `ended`: payments that wait and can go on now. */
export interface TopUpStep {
  readonly topUpId: string | null;
  readonly ended: readonly string[];
}

/**
 * Decides one charge for all that lack money now, however many there are (decisions D10), and writes down what went into
 * it before the card is asked. A charge that was begun goes first.
 */
export async function decideTopUp(deps: PaymentDependencies, request: { memberId: string }): Promise<TopUpStep> {
  const file = await loadAutoTopUpFile(deps, memberId(request.memberId));
  if (file.underWay !== null) return { topUpId: file.underWay.id, ended: [] };
  if (file.needs.length === 0) return { topUpId: null, ended: [] };
  const obstacle = obstacleOf(file, deps.now());
  if (obstacle !== null) return end(deps, file.needs, { state: 'refused', outcome: obstacle });
  const decision = decide(deps, file);
  if (decision === null) return end(deps, file.needs, { state: 'met', outcome: 'covered' });
  if (isAboveCap(file, decision)) return end(deps, file.needs, { state: 'refused', outcome: 'top_up_cap' });
  return { topUpId: await intend(deps, file, decision), ended: [] };
}

/** Why the card cannot be asked now; null when it can. */
export function obstacleOf({ autoTopUp, account }: AutoTopUpFile, now: Date): string | null {
  if (autoTopUp?.state !== 'on') return 'auto_top_up_off';
  const { customerRef, paymentMethodRef, amountMinor, backOffUntil } = autoTopUp;
  const isComplete = [customerRef, paymentMethodRef, amountMinor, account].every(Boolean);
  if (!isComplete) return 'no_card';
  return backOffUntil && backOffUntil > now ? 'card_backing_off' : null;
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
  return { topUpId: null, ended: waitingPayments(needs) };
}

/** Changes a need, guarded by its version. */
export function needRider(need: TopUpNeed, set: Readonly<Record<string, string>>): Rider {
  return { update: 'top_up_need', key: { id: need.id }, expectedVersion: need.version, set };
}

/** The payments that wait for these needs. */
export function waitingPayments(needs: readonly TopUpNeed[]): readonly string[] {
  return needs.filter(({ kind }) => kind === 'shortfall').map(({ sourceId }) => sourceId);
}
