import type { EntityClass, EntityDictionary } from '@mikro-orm/core';
import { DomainError } from '../domain/errors.ts';
import type { PaymentId, TopUpId } from '../domain/ids.ts';
import { AutoTopUp } from './auto-top-up.entity.ts';
import { Member } from './member.entity.ts';
import { unitOfWork, type Orm } from './orm.ts';
import { Payment } from './payment.entity.ts';
import { ProcessorAccount } from './processor-account.entity.ts';
import type { SqlPool, SqlRow, Statement } from './sql-pool.ts';
import { TopUp } from './top-up.entity.ts';

/** Everything about one payment of a member that a decision may need, read together. */
export interface PaymentFile {
  readonly payment: Payment;
  readonly member: Member;
  readonly autoTopUp: AutoTopUp | null;
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

/** Where a file is read: the rows come in one packet, the ORM knows what they mean. */
export interface PaymentShelf {
  readonly orm: Orm;
  readonly pool: SqlPool;
}

/** Members' cards are charged at the platform's own account for their currency, the oldest if there are several. */
const platformAccount = `SELECT a.* FROM processor_account a WHERE a.organisation_id IS NULL AND a.provider = 'stripe'
  AND FIND_IN_SET(?, a.settlement_currencies) > 0 ORDER BY a.created_at, a.id LIMIT 1`;

/** Reads a payment and what belongs to it, in one round trip. Throws `not_found`. */
export async function loadPaymentFile(shelf: PaymentShelf, paymentId: PaymentId): Promise<PaymentFile> {
  const ofPayment = (sql: string): Statement => ({ sql, values: [paymentId] });
  const sets = await shelf.pool.rowSets([
    ofPayment('SELECT * FROM payment WHERE id = ?'),
    ofPayment('SELECT m.* FROM member m JOIN payment p ON p.member_id = m.id WHERE p.id = ?'),
    ofPayment('SELECT t.* FROM auto_top_up t JOIN payment p ON p.member_id = t.member_id WHERE p.id = ?'),
    ofPayment('SELECT * FROM top_up WHERE payment_id = ?'),
    ofPayment(platformAccount.replace('?', '(SELECT currency FROM payment WHERE id = ?)')),
    ofPayment(`SELECT l.balance_minor - l.held_minor AS available FROM ledger_account l
      JOIN payment p ON l.code = CONCAT('member/', p.member_id, '/', p.currency) WHERE p.id = ?`),
  ]);
  const read = reader(shelf.orm, sets);
  const payment = read(Payment, 0);
  if (payment === null) throw new DomainError('not_found', `There is no payment ${paymentId}.`);
  return {
    payment,
    member: must(read(Member, 1), 'its member'),
    autoTopUp: read(AutoTopUp, 2),
    topUp: read(TopUp, 3),
    account: must(read(ProcessorAccount, 4), 'an account for its currency'),
    availableMinor: Number(sets[5]?.[0]?.['available'] ?? 0),
  };
}

/** Reads a top-up and what belongs to it, in one round trip. Throws `not_found`. */
export async function loadTopUpFile(shelf: PaymentShelf, topUpId: TopUpId): Promise<TopUpFile> {
  const ofTopUp = (sql: string): Statement => ({ sql, values: [topUpId] });
  const sets = await shelf.pool.rowSets([
    ofTopUp('SELECT * FROM top_up WHERE id = ?'),
    ofTopUp('SELECT m.* FROM member m JOIN top_up t ON t.member_id = m.id WHERE t.id = ?'),
    ofTopUp('SELECT p.* FROM payment p JOIN top_up t ON t.payment_id = p.id WHERE t.id = ?'),
    ofTopUp('SELECT a.* FROM processor_account a JOIN top_up t ON t.processor_account_id = a.id WHERE t.id = ?'),
  ]);
  const read = reader(shelf.orm, sets);
  const topUp = read(TopUp, 0);
  if (topUp === null) throw new DomainError('not_found', `There is no top-up ${topUpId}.`);
  return {
    topUp,
    member: must(read(Member, 1), 'its member'),
    payment: read(Payment, 2),
    account: must(read(ProcessorAccount, 3), 'its account'),
  };
}

/** The platform's account for cards in `currency`; null when there is none. */
export async function cardAccountFor(shelf: PaymentShelf, currency: string): Promise<ProcessorAccount | null> {
  const rows = await shelf.pool.rows(platformAccount, [currency]);
  return reader(shelf.orm, [rows])(ProcessorAccount, 0);
}

function reader(orm: Orm, sets: readonly (readonly SqlRow[])[]) {
  const em = unitOfWork(orm);
  return <E extends object>(entity: EntityClass<E>, at: number): E | null => {
    const row = sets[at]?.[0];
    return row === undefined ? null : em.map(entity, { ...row } as EntityDictionary<E>);
  };
}

function must<T>(found: T | null, what: string): T {
  if (found === null) throw new Error(`A row has lost ${what}.`);
  return found;
}
