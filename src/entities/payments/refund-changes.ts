import { refundTransitions, type RefundChange } from '../../domain/payments/refund.ts';
import type { RefundSnapshot } from '../../domain/payments/refund-snapshot.ts';
import { nextState } from '../../domain/transition.ts';
import type { Rider, SqlValue } from '../../ledger/riders.ts';
import type { CardTransaction } from '../cards/card-transaction.entity.ts';
import type { Refund } from './refund.entity.ts';

type Dated = Readonly<Record<string, SqlValue>> & { readonly updated_at: Date };

/** What must be known of a card payment to count what went back of it. */
type CountedCard = Pick<CardTransaction, 'id' | 'refundedMinor' | 'disputedMinor' | 'version'>;

/** Moves a refund's row by `change`, guarded by its version. Throws when the table forbids it. */
export function refundRider(refund: Refund, change: RefundChange, columns: Dated): Rider {
  const state = nextState(refundTransitions, refund.state, change);
  return {
    update: 'refund',
    key: { id: refund.id },
    expectedVersion: refund.version,
    set: { ...columns, state },
  };
}

/** What went back of a card payment, or is on its way, grows by `byMinor`; guarded, so that two at once never pass what was captured. */
export function refundedRider(card: CountedCard, byMinor: number): Rider {
  return cardMoneyRider(card, { refunded_minor: card.refundedMinor + byMinor });
}

/** The same of what banks took back. */
export function disputedRider(card: CountedCard, byMinor: number): Rider {
  return cardMoneyRider(card, { disputed_minor: card.disputedMinor + byMinor });
}

function cardMoneyRider(card: Pick<CountedCard, 'id' | 'version'>, set: Readonly<Record<string, SqlValue>>): Rider {
  return { update: 'card_transaction', key: { id: card.id }, expectedVersion: card.version, set };
}

/** The refund as its row has it. */
export function refundSnapshotOf(refund: Refund): RefundSnapshot {
  return {
    state: refund.state,
    outcome: refund.outcome ?? null,
    attentionReason: refund.attentionReason ?? null,
    asOf: refund.updatedAt.toISOString(),
  };
}
