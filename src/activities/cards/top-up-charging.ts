import { backOffMs, declineKind } from '../../domain/cards/card-decline.ts';
import type { CardPaymentFact } from '../../domain/cards/card-port.ts';
import { memberId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import { ProcessorRefusal } from '../../domain/processor-refusal.ts';
import { isTopUpOver } from '../../domain/cards/top-up.ts';
import { loadAutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import type { AutoTopUp } from '../../entities/cards/auto-top-up.entity.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { autoTopUpFailed, autoTopUpSucceeded } from '../../entities/members/member-notices.ts';
import { ownedPaymentRiders, topUpRider } from '../../entities/payments/payment-changes.ts';
import type { TopUpFile } from '../../entities/payments/payment-file.ts';
import type { TopUpNeed } from '../../entities/cards/top-up-need.entity.ts';
import type { Rider } from '../../ledger/riders.ts';
import { openTopUp, type PaymentDependencies } from '../payments/payment-desk.ts';
import { needRider, waitingFor, waitingWorkflows, type TopUpStep } from './top-up-deciding.ts';
import { bookCardMoney } from './top-up-following.ts';

type FailedCharge = Failure & { readonly paymentRef: string | null };

interface Failure {
  readonly code: string;
  readonly message: string;
}

/**
 * Charges the saved card for a top-up that was decided, under its one key, and writes what became of it: the money with
 * the needs it meets, or the decline with what it means for the next ones (cobalt.md 2.3, decisions D11). A second run
 * asks the processor again under the same key and finds the same charge.
 */
export async function chargeTopUp(deps: PaymentDependencies, request: { topUpId: string }): Promise<TopUpStep> {
  const file = await openTopUp(deps, request.topUpId);
  const { needs, autoTopUp } = await loadAutoTopUpFile(deps, memberId(file.topUp.memberId));
  const joined = needs.filter((need) => need.topUpId === file.topUp.id);
  if (isTopUpOver(file.topUp.state)) return { topUpId: null, ended: await waitingFor(deps, file.topUp.id) };
  invariant(autoTopUp !== null, 'A charge has a card.');
  const outcome = await charge(deps, file);
  const owned = await own(deps, file, outcome);
  if ('message' in outcome) await fail(deps, { file: owned, autoTopUp, joined }, outcome);
  else
    await bookCardMoney(deps, {
      file: owned,
      fact: outcome,
      more: succeeded({ file: owned, autoTopUp, joined }, deps.now()),
    });
  return { topUpId: null, ended: await waitingWorkflows(deps, joined) };
}

/** By the card that it was decided for, whatever the member has set meanwhile: an earlier try may have charged it. */
async function charge(
  deps: PaymentDependencies,
  { topUp, account }: TopUpFile,
): Promise<CardPaymentFact | FailedCharge> {
  const { amountMinor, currency, customerRef, paymentMethodRef } = topUp;
  if (!customerRef || !paymentMethodRef) return { code: 'no_card', message: 'No card is saved.', paymentRef: null };
  const metadata = { top_up_id: topUp.id };
  const request = { key: `top-up-${topUp.id}-charge`, amountMinor, currency, description: 'Auto Top Up', metadata };
  try {
    const fact = await deps.cardsAt(account).chargeSaved({ ...request, customerRef, paymentMethodRef });
    return fact.status === 'captured' ? fact : failedCharge(fact);
  } catch (error) {
    if (!(error instanceof ProcessorRefusal)) throw error;
    // It would not charge: because it has no card any more (AUT-06), or for a reason that may pass.
    const isGone = (await deps.savedCardsAt(account).savedCard(customerRef)) === null;
    return { code: isGone ? 'no_card' : error.code, message: error.message, paymentRef: null };
  }
}

/** Without a decline the bank wants the owner of the card to be there. */
function failedCharge({ decline, paymentRef }: CardPaymentFact): FailedCharge {
  if (decline === null) return { code: 'authentication_required', message: 'The bank asks for you.', paymentRef };
  return { code: decline.declineCode ?? decline.code, message: decline.message, paymentRef };
}

/** Whose the processor's payment is must be known before its money is booked. */
async function own(
  deps: PaymentDependencies,
  file: TopUpFile,
  { paymentRef }: { readonly paymentRef: string | null },
): Promise<TopUpFile> {
  if (paymentRef === null || file.topUp.paymentRef) return file;
  const at = deps.now();
  const named: Rider = {
    update: 'top_up',
    key: { id: file.topUp.id },
    expectedVersion: file.topUp.version,
    set: { payment_ref: paymentRef, updated_at: at },
  };
  await commitRiders(deps.pool, [named, ...ownedPaymentRiders(file.topUp, paymentRef, at)]);
  return openTopUp(deps, file.topUp.id);
}

function succeeded({ file, autoTopUp, joined }: Charged, at: Date): readonly Rider[] {
  return [
    autoRider(autoTopUp, { refusals: 0, back_off_until: null, updated_at: at }),
    ...joined.map((need) => needRider(need, { state: 'met', outcome: 'topped_up' })),
    autoTopUpSucceeded(file.topUp, at),
  ];
}

interface Charged {
  readonly file: TopUpFile;
  readonly autoTopUp: AutoTopUp;
  readonly joined: readonly TopUpNeed[];
}

async function fail(deps: PaymentDependencies, { file, autoTopUp, joined }: Charged, failure: Failure): Promise<void> {
  const at = deps.now();
  const { code, message } = failure;
  const refusals = code === 'do_not_honor' ? autoTopUp.refusals + 1 : autoTopUp.refusals;
  const kind = code === 'no_card' ? 'permanent' : declineKind(code, autoTopUp.refusals);
  const failureColumns = { failure_code: code, failure_message: message.slice(0, 255), updated_at: at };
  await commitRiders(deps.pool, [
    topUpRider(file.topUp, 'fail', failureColumns),
    ...canceledCard(file),
    autoRider(autoTopUp, { ...consequences[kind](message, at), refusals, updated_at: at }),
    ...joined.map((need) => needRider(need, { state: 'refused', outcome: code.slice(0, 40) })),
    autoTopUpFailed(file.topUp, { message, isDisabled: kind === 'permanent' }, at),
  ]);
}

function canceledCard({ topUp }: TopUpFile): readonly Rider[] {
  if (!topUp.paymentRef) return [];
  return [{ update: 'card_transaction', key: { id: topUp.cardTransactionId }, set: { state: 'canceled' } }];
}

/** What a decline of each kind does to the next top-ups. */
const consequences = {
  permanent: (message: string) => ({ state: 'disabled', disabled_reason: message.slice(0, 255) }),
  transient: (_: string, at: Date) => ({ back_off_until: new Date(at.getTime() + backOffMs) }),
  authentication: () => ({}),
} as const;

function autoRider(autoTopUp: AutoTopUp, set: Extract<Rider, { update: string }>['set']): Rider {
  return { update: 'auto_top_up', key: { member_id: autoTopUp.memberId }, expectedVersion: autoTopUp.version, set };
}
