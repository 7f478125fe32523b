import type { Leg, LedgerLinks, NewLedgerTransaction } from '../../domain/ledger.ts';

/** What must be known of a transaction to undo it; both a new one and one read from the book have it. */
export type Reversible = Pick<NewLedgerTransaction, 'opKey' | 'description' | 'legs' | 'links'>;

export interface ReversalReason {
  readonly occurredAt: string;
  /** Why; the description of what is undone when left out. */
  readonly description?: string;
  readonly actor?: string;
}

/**
 * A new transaction that undoes `transaction` leg by leg. The ledger only grows: nothing posted is changed (style.md
 * 4.9, rule 6). It may overdraw, since a mistake must be possible to undo. Once per transaction.
 */
export function reversalOf(transaction: Reversible, reason: ReversalReason): NewLedgerTransaction {
  const { links, legs } = exactReversal([transaction]);
  return {
    opKey: `${transaction.opKey}-reversal`,
    kind: 'reversal',
    occurredAt: reason.occurredAt,
    description: reason.description ?? transaction.description,
    legs,
    links: reason.actor === undefined ? links : { ...links, actor: reason.actor },
  };
}

/** The legs of `transactions` with their sides swapped, and links to what they undo. */
export function exactReversal(transactions: readonly Reversible[]): {
  readonly legs: readonly Leg[];
  readonly links: LedgerLinks;
} {
  const legs = transactions.flatMap(({ legs: original }) => original.map(swapped));
  const links = Object.assign({}, ...transactions.map((transaction) => transaction.links ?? {})) as LedgerLinks;
  const first = transactions[0]?.opKey;
  return { legs, links: first === undefined ? links : { ...links, reverses: first } };
}

function swapped(leg: Leg): Leg {
  return { ...leg, side: leg.side === 'debit' ? 'credit' : 'debit' };
}
