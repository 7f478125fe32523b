import { z } from 'zod';
import { accountKinds } from '../domain/ledger-account.ts';
import type { Leg } from '../domain/ledger.ts';
import type { Money } from '../domain/money.ts';
import type { AccountBalance } from '../ledger/balance.read.ts';
import type { AccountEntry } from '../ledger/entries.read.ts';
import type { PostedTransaction } from '../ledger/transactions.read.ts';
import { id, money } from './schemas.ts';

/** The book as it is shown. Times are ISO 8601 in UTC with microseconds. */
const recorded = z.string().meta({ examples: ['2026-11-21T05:01:45.575123Z'] });
const side = z.enum(['debit', 'credit']);

export const accountSchema = z
  .object({
    code: z.string().meta({ examples: ['organisation/org_01K…/AUD'] }),
    kind: z.string().meta({ description: Object.keys(accountKinds).join(', ') }),
    normalSide: side,
    balance: money.meta({ description: 'On the normal side: above zero is what we owe an organisation' }),
    held: money,
    available: money.meta({ description: 'Balance less holds' }),
    entryCount: z.int(),
    openedAt: recorded,
    closedAt: recorded.nullable(),
  })
  .meta({ id: 'LedgerAccount' });

export const balanceSchema = z
  .object({ code: z.string(), at: z.string(), balance: money })
  .meta({ id: 'LedgerBalance' });

export const entrySchema = z
  .object({
    seq: z.int().meta({ description: '1 for the first entry of the account' }),
    transaction: id('ledgerTransaction'),
    kind: z.string(),
    reference: z.string(),
    type: z.string(),
    counterparty: z.string().nullable(),
    side,
    amount: money.meta({ description: 'Signed: plus is money in for the holder' }),
    balanceAfter: money,
    description: z.string(),
    sale: id('sale').nullable(),
    occurredAt: recorded,
    recordedAt: recorded,
  })
  .meta({ id: 'LedgerEntry' });

export const transactionSchema = z
  .object({
    id: id('ledgerTransaction'),
    kind: z.string(),
    reference: z.string(),
    description: z.string(),
    sale: id('sale').nullable(),
    occurredAt: recorded,
    recordedAt: recorded,
    entries: z.array(
      z.object({
        account: z.string(),
        side,
        type: z.string(),
        counterparty: z.string().nullable(),
        amount: money.meta({ description: 'Always above zero; the side tells its direction' }),
      }),
    ),
  })
  .meta({ id: 'LedgerTransaction' });

/** An amount as answers have it. */
export function moneyView(amount: Money): z.input<typeof money> {
  return { amount: amount.amountMinor, currency: amount.currency };
}

export function accountView(account: AccountBalance): z.input<typeof accountSchema> {
  return {
    code: account.code,
    kind: account.kind,
    normalSide: account.normalSide,
    balance: moneyView(account.balance),
    held: moneyView(account.held),
    available: moneyView(account.available),
    entryCount: account.entryCount,
    openedAt: account.openedAt,
    closedAt: account.closedAt,
  };
}

export function entryView(entry: AccountEntry): z.input<typeof entrySchema> {
  return {
    seq: entry.seq,
    transaction: entry.transactionId,
    kind: entry.kind,
    reference: entry.reference,
    type: entry.type,
    counterparty: entry.counterparty,
    side: entry.side,
    amount: moneyView(entry.amount),
    balanceAfter: moneyView(entry.balanceAfter),
    description: entry.description,
    sale: entry.saleId,
    occurredAt: entry.occurredAt,
    recordedAt: entry.recordedAt,
  };
}

/** A ledger transaction with its entries on accounts whose code begins with `prefix`; others are not the caller's to see. */
export function transactionView(posted: PostedTransaction, prefix: string): z.input<typeof transactionSchema> {
  return {
    id: posted.id,
    kind: posted.kind,
    reference: posted.reference,
    description: posted.description,
    sale: posted.links.saleId ?? null,
    occurredAt: posted.occurredAt,
    recordedAt: posted.recordedAt,
    entries: posted.legs.filter((leg) => leg.account.code.startsWith(prefix)).map(legView),
  };
}

function legView(leg: Leg) {
  return {
    account: leg.account.code,
    side: leg.side,
    type: leg.type,
    counterparty: leg.counterparty,
    amount: moneyView(leg.amount),
  };
}
