import { hash } from 'node:crypto';
import type { NewLedgerTransaction } from '../domain/ledger.ts';
import { overdraftMinorOf } from '../domain/ledger.ts';
import type { NewHold } from './poster-contract.ts';

/**
 * What makes two postings under one op_key the same: kind, overdraft, legs in order, links and holds. Times and the
 * description are left out, since a retry may word and time them anew; money and meaning may not differ.
 */
export function contentHashOf(transaction: NewLedgerTransaction): string {
  const legs = transaction.legs.map((leg) => [
    leg.account.code,
    leg.side,
    leg.amount.amountMinor,
    leg.amount.currency,
    leg.type,
    leg.counterparty,
  ]);
  const links = Object.entries(transaction.links ?? {}).sort(byName);
  const holds = (transaction.consumesHolds ?? []).map((hold) => [hold.holdOpKey, hold.amount.amountMinor]);
  return sha256(JSON.stringify([transaction.kind, overdraftMinorOf(transaction), legs, links, holds]));
}

/** What makes two holds under one op_key the same: account, amount and currency. */
export function holdContentHashOf(hold: NewHold): string {
  return sha256(JSON.stringify([hold.account.code, hold.amount.amountMinor, hold.amount.currency]));
}

/** SHA-256 of `text` in UTF-8, as 64 lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1;
}
