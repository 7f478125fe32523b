import { memberId, type MemberId } from '../../domain/ids.ts';
import type { Rider } from '../../ledger/riders.ts';
import { noticeRider } from './notice-rows.ts';
import type { Payment } from '../payments/payment.entity.ts';
import type { Refund } from '../payments/refund.entity.ts';
import type { TopUp } from '../cards/top-up.entity.ts';

/** The member's card was charged and the money is there (cobalt.md 2.22). */
export function autoTopUpSucceeded(topUp: TopUp, at: Date): Rider {
  const { id, memberId, amountMinor, currency } = topUp;
  const facts = { amountMinor, currency };
  return noticeRider(
    { memberId, kind: 'auto_top_up_succeeded', dedupeKey: `auto-top-up-${id}`, facts, inApp: true },
    at,
  );
}

/** The member's card was declined: what was tried, what the bank said, and whether top-ups are off now. */
export function autoTopUpFailed(topUp: TopUp, why: { message: string; isDisabled: boolean }, at: Date): Rider {
  const { id, memberId, amountMinor, currency } = topUp;
  const facts = { amountMinor, currency, message: why.message.slice(0, 255), isDisabled: why.isDisabled };
  return noticeRider({ memberId, kind: 'auto_top_up_failed', dedupeKey: `auto-top-up-${id}`, facts, inApp: true }, at);
}

/** A payment left less than the limit (decisions D12). */
export function lowBalance(
  low: { memberId: MemberId; sourceId: string; balanceMinor: number; currency: string },
  at: Date,
): Rider {
  const { memberId, sourceId, balanceMinor, currency } = low;
  const facts = { balanceMinor, currency };
  return noticeRider({ memberId, kind: 'low_balance', dedupeKey: `low-balance-${sourceId}`, facts, inApp: false }, at);
}

/** The card gets money back, within two weeks; what an organisation gives back is told at its counter. */
export function cardRefunded(refund: Refund, at: Date): readonly Rider[] {
  const { id, memberId, amountMinor, feeMinor, currency, description } = refund;
  if (!memberId) return [];
  const by = refund.requestedBy === 'member' ? null : refund.actor;
  const facts = { amountMinor: amountMinor - feeMinor, feeMinor, currency, by, description };
  return [noticeRider({ memberId, kind: 'card_refund', dedupeKey: `card-refund-${id}`, facts, inApp: true }, at)];
}

/** The bank would not take the money: it is on the balance again (decisions D19). */
export function cardRefundFailed(refund: Refund, message: string, at: Date): readonly Rider[] {
  const { id, memberId, amountMinor, currency } = refund;
  if (!memberId) return [];
  const facts = { amountMinor, currency, message };
  const dedupeKey = `card-refund-failed-${id}`;
  return [noticeRider({ memberId, kind: 'card_refund_failed', dedupeKey, facts, inApp: true }, at)];
}

/** Card money that came when nothing waited for it any more: it is on the balance (decisions D16). */
export function lateCardMoney(topUp: TopUp, amountMinor: number, at: Date): Rider {
  const { id, memberId, currency } = topUp;
  const facts = { amountMinor, currency };
  return noticeRider({ memberId, kind: 'late_card_money', dedupeKey: `late-money-${id}`, facts, inApp: true }, at);
}

/** An administrator corrected the balance: shown by the app, never mailed (decisions D19). */
export function balanceAdjusted(
  adjusted: {
    memberId: MemberId;
    sourceId: string;
    amountMinor: number;
    currency: string;
    description: string;
  },
  at: Date,
): Rider {
  const { memberId, sourceId, ...facts } = adjusted;
  return noticeRider(
    { memberId, kind: 'manual_adjustment', dedupeKey: `adjustment-${sourceId}`, facts, inApp: true },
    at,
  );
}

/** Both sides hear of a transfer once, with the whole amount, however it was funded (cobalt.md 2.9). */
export function transferNotices(payment: Payment, at: Date): readonly Rider[] {
  const { id, memberId: payer, payeeKind, payeeId, amountMinor, currency, description } = payment;
  if (payeeKind !== 'member' || !payeeId) return [];
  const payee = memberId(payeeId);
  const word = (to: MemberId, other: MemberId) => ({
    memberId: to,
    facts: { otherMember: other, amountMinor, currency, description },
    inApp: false,
  });
  return [
    noticeRider({ ...word(payer, payee), kind: 'transfer_sent', dedupeKey: `transfer-sent-${id}` }, at),
    noticeRider({ ...word(payee, payer), kind: 'transfer_received', dedupeKey: `transfer-received-${id}` }, at),
  ];
}
