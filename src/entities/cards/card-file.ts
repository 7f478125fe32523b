import { DomainError } from '../../domain/errors.ts';
import type { CardTransactionId, RefundId } from '../../domain/ids.ts';
import { CardTransaction } from './card-transaction.entity.ts';
import { Payment } from '../payments/payment.entity.ts';
import { ProcessorAccount } from '../processor-account.entity.ts';
import { Refund } from '../payments/refund.entity.ts';
import { Sale } from '../counter/sale.entity.ts';
import { readTogether, type RowSets, type Shelf } from '../shelf.ts';
import { TopUp } from './top-up.entity.ts';

/** Everything about one card payment that a decision about money going back may need, read together. */
export interface CardFile {
  readonly card: CardTransaction;
  readonly account: ProcessorAccount;
  /** Whose it was: a member's top-up, with the payment that it was for, or a sale. */
  readonly topUp: TopUp | null;
  readonly payment: Payment | null;
  readonly sale: Sale | null;
  /** What the member can spend, in minor units. */
  readonly availableMinor: number;
}

export interface RefundFile extends CardFile {
  readonly refund: Refund;
}

/** The statements of a card's file; `wanted` answers its identifier. */
function statementsOf(wanted: string): readonly string[] {
  return [
    `SELECT * FROM card_transaction WHERE id = (${wanted})`,
    `SELECT a.* FROM processor_account a JOIN card_transaction c ON c.processor_account_id = a.id WHERE c.id = (${wanted})`,
    `SELECT t.* FROM top_up t WHERE t.id = (SELECT c.owner_id FROM card_transaction c WHERE c.id = (${wanted}))`,
    `SELECT p.* FROM payment p JOIN top_up t ON t.payment_id = p.id
      WHERE t.id = (SELECT c.owner_id FROM card_transaction c WHERE c.id = (${wanted}))`,
    `SELECT s.* FROM sale s WHERE s.id = (SELECT c.owner_id FROM card_transaction c WHERE c.id = (${wanted}))`,
    `SELECT l.balance_minor - l.held_minor AS available FROM ledger_account l JOIN top_up t ON l.code = CONCAT('member/', t.member_id, '/', t.currency)
      WHERE t.id = (SELECT c.owner_id FROM card_transaction c WHERE c.id = (${wanted}))`,
  ];
}

/** Reads a card transaction and what belongs to it, in one round trip. Throws `not_found`. */
export async function loadCardFile(shelf: Shelf, cardId: CardTransactionId): Promise<CardFile> {
  const found = await readTogether(
    shelf,
    statementsOf('?').map((sql) => ({ sql, values: [cardId] })),
  );
  const file = cardFileOf(found);
  if (file === null) throw new DomainError('not_found', `There is no card transaction ${cardId}.`);
  return file;
}

/** Reads a refund and what belongs to it, in one round trip. Throws `not_found`. */
export async function loadRefundFile(shelf: Shelf, refundId: RefundId): Promise<RefundFile> {
  const wanted = 'SELECT card_transaction_id FROM refund WHERE id = ?';
  const statements = [...statementsOf(wanted), 'SELECT * FROM refund WHERE id = ?'];
  const found = await readTogether(
    shelf,
    statements.map((sql) => ({ sql, values: [refundId] })),
  );
  const refund = found.first(Refund, statements.length - 1);
  if (refund === null) throw new DomainError('not_found', `There is no refund ${refundId}.`);
  const file = cardFileOf(found);
  if (file === null) throw new Error(`Refund ${refundId} has lost its card transaction.`);
  return { ...file, refund };
}

function cardFileOf(found: RowSets): CardFile | null {
  const card = found.first(CardTransaction, 0);
  const account = found.first(ProcessorAccount, 1);
  if (card === null || account === null) return null;
  return {
    card,
    account,
    topUp: found.first(TopUp, 2),
    payment: found.first(Payment, 3),
    sale: found.first(Sale, 4),
    availableMinor: Number(found.row(5)?.['available'] ?? 0),
  };
}
