import type { TopUpKind, TopUpState } from '../../domain/cards/top-up.ts';
import { orNothing, places } from '../sql-list.ts';
import { textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** The top-up that an event belongs to, and whose workflow follows it. */
export interface TopUpOwner {
  readonly topUpId: string;
  readonly kind: TopUpKind;
  readonly state: TopUpState;
  readonly memberId: string;
  readonly paymentId: string | null;
  readonly cardTransactionId: string;
}

/** What an account's events name. */
export interface TopUpQuestion {
  readonly processorAccountId: string;
  readonly hints: readonly string[];
  readonly objectRefs: readonly string[];
}

/** Top-ups by their own id and by the processor's objects, of this account only. */
export async function topUpOwners(pool: SqlPool, question: TopUpQuestion): Promise<ReadonlyMap<string, TopUpOwner>> {
  const { processorAccountId: account, hints, objectRefs } = question;
  const columns = 't.id, t.kind, t.state, t.member_id, t.payment_id, t.card_transaction_id';
  const [hinted = [], named = []] = await pool.rowSets([
    {
      sql: `SELECT t.id AS name, ${columns} FROM top_up t WHERE t.processor_account_id = ? AND t.id IN (${places(hints)})`,
      values: [account, ...orNothing(hints)],
    },
    {
      sql: `SELECT o.object_id AS name, ${columns} FROM provider_object o JOIN top_up t ON t.id = o.owner_id
        WHERE o.owner_kind = 'top_up' AND o.processor_account_id = ? AND o.object_id IN (${places(objectRefs)})`,
      values: [account, ...orNothing(objectRefs)],
    },
  ]);
  return new Map([...hinted, ...named].map((row) => [textOf(row, 'name'), ownerOf(row)]));
}

function ownerOf(row: SqlRow): TopUpOwner {
  return {
    topUpId: textOf(row, 'id'),
    kind: textOf(row, 'kind') as TopUpKind,
    state: textOf(row, 'state') as TopUpState,
    memberId: textOf(row, 'member_id'),
    paymentId: row['payment_id'] === null ? null : textOf(row, 'payment_id'),
    cardTransactionId: textOf(row, 'card_transaction_id'),
  };
}
