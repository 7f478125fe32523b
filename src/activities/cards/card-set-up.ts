import { memberId } from '../../domain/ids.ts';
import type { SavedCard } from '../../domain/cards/card-set-up-port.ts';
import { loadAutoTopUpFile } from '../../entities/cards/auto-top-up-file.ts';
import type { AutoTopUp } from '../../entities/cards/auto-top-up.entity.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import { newId } from '../../entities/new-id.ts';
import type { Rider } from '../../ledger/riders.ts';
import type { PaymentDependencies } from '../payments/payment-desk.ts';

/**
 * A card may have been confirmed: what the processor has saved is what counts (cobalt.md 2.19). A new card turns top-ups
 * on, and when the balance is low then, one is due at once; the same card again changes nothing, so that no event can
 * bring a second one (WH-07, WH-08, W-13).
 */
export async function noticeSavedCard(deps: PaymentDependencies, request: { memberId: string }): Promise<void> {
  const file = await loadAutoTopUpFile(deps, memberId(request.memberId));
  const { member, autoTopUp, account } = file;
  if (account === null || !autoTopUp?.customerRef) return;
  const card = await deps.savedCardsAt(account).savedCard(autoTopUp.customerRef);
  if (card === null || isKnown(autoTopUp, card)) return;
  const at = deps.now();
  const isLow = file.availableMinor < deps.limitsOf(member.currency).lowMinor;
  const set = turnedOn(autoTopUp, card, at);
  await commitRiders(deps.pool, isLow ? [set, firstNeed(autoTopUp, at)] : [set]);
}

/** A card that was switched off or refused stays so, however often its event comes or a browser says that it is done. */
function isKnown({ paymentMethodRef, state }: AutoTopUp, card: SavedCard): boolean {
  return card.paymentMethodRef === paymentMethodRef && state !== 'pending';
}

function turnedOn({ memberId: member, version }: AutoTopUp, card: SavedCard, at: Date): Rider {
  return {
    update: 'auto_top_up',
    key: { member_id: member },
    expectedVersion: version,
    set: {
      state: 'on',
      payment_method_ref: card.paymentMethodRef,
      ...{ brand: card.brand, last4: card.last4, exp_month: card.expMonth, exp_year: card.expYear },
      ...{ refusals: 0, back_off_until: null, disabled_reason: null, updated_at: at },
    },
  };
}

/** One for each card that is saved: its own id names it. */
function firstNeed({ memberId: member, amountMinor }: AutoTopUp, at: Date): Rider {
  const id = newId('topUpNeed');
  const row = { id, member_id: member, kind: 'restore', source_id: id, amount_minor: amountMinor ?? 0, state: 'open' };
  return { insert: 'top_up_need', row: { ...row, created_at: at, version: 1 } };
}
