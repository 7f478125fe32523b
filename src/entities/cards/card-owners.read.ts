import type { RefundState } from '../../domain/payments/refund.ts';
import { orNothing, places } from '../sql-list.ts';
import { textOf, type SqlPool } from '../sql-pool.ts';

/** The card payment that an event is about, and whose it is. */
export interface CardOwner {
  readonly cardTransactionId: string;
  readonly ownerKind: string;
  readonly ownerId: string;
}

/** What an account's events name. */
export interface CardQuestion {
  readonly processorAccountId: string;
  readonly objectRefs: readonly string[];
  readonly refundHints: readonly string[];
}

export interface CardAnswer {
  /** By the processor's payment and by its charge. */
  readonly cards: ReadonlyMap<string, CardOwner>;
  /** Refunds of ours on this account. */
  readonly refunds: ReadonlyMap<string, RefundState>;
}

/** Card payments by the processor's objects and refunds by their own ids, of this account only. */
export async function cardOwners(pool: SqlPool, question: CardQuestion): Promise<CardAnswer> {
  const { processorAccountId: account, objectRefs, refundHints } = question;
  const columns = 'id, owner_kind, owner_id';
  const by = (column: string) => ({
    sql: `SELECT ${column} AS name, ${columns} FROM card_transaction WHERE processor_account_id = ? AND ${column} IN (${places(objectRefs)})`,
    values: [account, ...orNothing(objectRefs)],
  });
  const [byPayment = [], byCharge = [], refunds = []] = await pool.rowSets([
    by('payment_ref'),
    by('charge_ref'),
    {
      sql: `SELECT id, state FROM refund WHERE processor_account_id = ? AND id IN (${places(refundHints)})`,
      values: [account, ...orNothing(refundHints)],
    },
  ]);
  const cards = [...byPayment, ...byCharge].map((row): [string, CardOwner] => [
    textOf(row, 'name'),
    { cardTransactionId: textOf(row, 'id'), ownerKind: textOf(row, 'owner_kind'), ownerId: textOf(row, 'owner_id') },
  ]);
  return {
    cards: new Map(cards),
    refunds: new Map(refunds.map((row) => [textOf(row, 'id'), textOf(row, 'state') as RefundState])),
  };
}
