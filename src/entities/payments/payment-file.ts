import { DomainError } from '../../domain/errors.ts';
import type { PaymentId, TopUpId } from '../../domain/ids.ts';
import { Member } from '../members/member.entity.ts';
import { Payment } from './payment.entity.ts';
import { ProcessorAccount } from '../processor-account.entity.ts';
import { readTogether, type Shelf } from '../shelf.ts';
import type { Statement } from '../sql-pool.ts';
import { TopUp } from '../cards/top-up.entity.ts';

/** Everything about one payment of a member that a decision may need, read together. */
export interface PaymentFile {
  readonly payment: Payment;
  readonly member: Member;
  /** The card money that was offered for it, once there was any. */
  readonly topUp: TopUp | null;
  /** Where the member's cards are charged. */
  readonly account: ProcessorAccount;
  /** What the member has, holds taken off, in minor units. It moves: only the poster decides. */
  readonly availableMinor: number;
}

/** Everything about one top-up. */
export interface TopUpFile {
  readonly topUp: TopUp;
  readonly member: Member;
  /** What it was charged for, if it was for a payment. */
  readonly payment: Payment | null;
  readonly account: ProcessorAccount;
}

/** Members' cards are charged at the platform's own account for their currency, the oldest if there are several. */
const platformAccount = `SELECT a.* FROM processor_account a WHERE a.organisation_id IS NULL AND a.provider = 'stripe'
  AND FIND_IN_SET(?, a.settlement_currencies) > 0 ORDER BY a.created_at, a.id LIMIT 1`;

/** Reads a payment and what belongs to it, in one round trip. Throws `not_found`. */
export async function loadPaymentFile(shelf: Shelf, paymentId: PaymentId): Promise<PaymentFile> {
  const ofPayment = (sql: string): Statement => ({ sql, values: [paymentId] });
  const found = await readTogether(shelf, [
    ofPayment('SELECT * FROM payment WHERE id = ?'),
    ofPayment('SELECT m.* FROM member m JOIN payment p ON p.member_id = m.id WHERE p.id = ?'),
    ofPayment('SELECT * FROM top_up WHERE payment_id = ?'),
    ofPayment(platformAccount.replace('?', '(SELECT currency FROM payment WHERE id = ?)')),
    ofPayment(`SELECT l.balance_minor - l.held_minor AS available FROM ledger_account l
      JOIN payment p ON l.code = CONCAT('member/', p.member_id, '/', p.currency) WHERE p.id = ?`),
  ]);
  const payment = found.first(Payment, 0);
  if (payment === null) throw new DomainError('not_found', `There is no payment ${paymentId}.`);
  return {
    payment,
    member: must(found.first(Member, 1), 'its member'),
    topUp: found.first(TopUp, 2),
    account: must(found.first(ProcessorAccount, 3), 'an account for its currency'),
    availableMinor: Number(found.row(4)?.['available'] ?? 0),
  };
}

/** Reads a top-up and what belongs to it, in one round trip. Throws `not_found`. */
export async function loadTopUpFile(shelf: Shelf, topUpId: TopUpId): Promise<TopUpFile> {
  const ofTopUp = (sql: string): Statement => ({ sql, values: [topUpId] });
  const found = await readTogether(shelf, [
    ofTopUp('SELECT * FROM top_up WHERE id = ?'),
    ofTopUp('SELECT m.* FROM member m JOIN top_up t ON t.member_id = m.id WHERE t.id = ?'),
    ofTopUp('SELECT p.* FROM payment p JOIN top_up t ON t.payment_id = p.id WHERE t.id = ?'),
    ofTopUp('SELECT a.* FROM processor_account a JOIN top_up t ON t.processor_account_id = a.id WHERE t.id = ?'),
  ]);
  const topUp = found.first(TopUp, 0);
  if (topUp === null) throw new DomainError('not_found', `There is no top-up ${topUpId}.`);
  return {
    topUp,
    member: must(found.first(Member, 1), 'its member'),
    payment: found.first(Payment, 2),
    account: must(found.first(ProcessorAccount, 3), 'its account'),
  };
}

/** The platform's account for cards in `currency`; null when there is none. */
export async function cardAccountFor(shelf: Shelf, currency: string): Promise<ProcessorAccount | null> {
  const found = await readTogether(shelf, [{ sql: platformAccount, values: [currency] }]);
  return found.first(ProcessorAccount, 0);
}

function must<T>(found: T | null, what: string): T {
  if (found === null) throw new Error(`A row has lost ${what}.`);
  return found;
}
