import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import { idPattern } from '../../domain/ids.ts';
import { accountCodeLengthMax, accountKinds, type LedgerAccountKind } from '../../domain/ledger-account.ts';
import type { Principal } from '../../domain/principal.ts';
import { findSale } from '../../entities/counter/sales.read.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { readAccounts, readBalance, readBalanceAt } from '../../ledger/balance.read.ts';
import { readEntries } from '../../ledger/entries.read.ts';
import { readTransactions } from '../../ledger/transactions.read.ts';
import {
  accountSchema,
  accountView,
  balanceSchema,
  entrySchema,
  entryView,
  moneyView,
  transactionSchema,
  transactionView,
} from '../ledger-view.ts';
import { keyed, route, type Route } from '../route.ts';
import { noSuchSale } from '../counter/sale-writing.ts';
import { id, listOf, time } from '../schemas.ts';

const tag = 'Ledger';
const viewers = keyed('organisation', 'ledger.view');
const codeParam = z.object({
  code: z
    .string()
    .max(accountCodeLengthMax)
    .regex(/^[a-z-]+(\/[\w.-]+)*\/[A-Z]{3}$/)
    .meta({ description: 'Percent-encoded, for example `organisation%2Forg_01K…%2FAUD`' }),
});
const kinds = z
  .string()
  .refine((kind): kind is LedgerAccountKind => Object.hasOwn(accountKinds, kind), 'is no kind of account');
/** Cursors of the book are numbers: the account's own, or the sequence number of its entry. */
const page = {
  limit: z.coerce.number().int().min(1).max(100).default(50),
  cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
};

/** The book, to be read: an organisation sees its own accounts, the platform all of them. */
export function ledgerRoutes(pool: SqlPool): readonly Route[] {
  return [accounts(pool), account(pool), balance(pool), entries(pool), transactionsOfSale(pool), transaction(pool)];
}

function accounts(pool: SqlPool): Route {
  return route({
    method: 'get',
    path: '/v1/ledger/accounts',
    tag,
    summary: 'List accounts with their balances, in the order in which they were opened',
    policy: viewers,
    query: z.strictObject({ ...page, kind: kinds.optional() }),
    responses: { 200: { description: 'A page of accounts', schema: listOf(accountSchema) } },
    handle: async ({ principal, query }) => {
      const found = await readAccounts(pool, { ...query, codePrefix: prefixOf(principal) });
      return {
        status: 200,
        body: { items: found.accounts.map(accountView), next_cursor: cursorText(found.nextCursor) },
      };
    },
  });
}

function account(pool: SqlPool): Route {
  return route({
    method: 'get',
    path: '/v1/ledger/accounts/:code',
    tag,
    summary: 'Read an account as it stands now',
    policy: viewers,
    params: codeParam,
    responses: { 200: { description: 'The account', schema: accountSchema } },
    handle: async ({ principal, params }) => {
      requireOwn(principal, params.code);
      const found = await readBalance(pool, params.code);
      if (found === null) throw noSuchAccount();
      return { status: 200, body: accountView(found) };
    },
  });
}

function balance(pool: SqlPool): Route {
  return route({
    method: 'get',
    path: '/v1/ledger/accounts/:code/balance',
    tag,
    summary: 'Read the balance at an instant, by the time of recording',
    policy: viewers,
    params: codeParam,
    query: z.strictObject({ at: time.optional().meta({ description: 'Default: now' }) }),
    responses: { 200: { description: 'The balance', schema: balanceSchema } },
    handle: async ({ principal, params, query }) => {
      requireOwn(principal, params.code);
      const at = query.at ?? new Date().toISOString();
      const found = await readBalanceAt(pool, params.code, at);
      if (found === null) throw noSuchAccount();
      return { status: 200, body: { code: params.code, at, balance: moneyView(found) } };
    },
  });
}

function entries(pool: SqlPool): Route {
  return route({
    method: 'get',
    path: '/v1/ledger/accounts/:code/entries',
    tag,
    summary: "List an account's entries, the newest first",
    policy: viewers,
    params: codeParam,
    query: z.strictObject(page),
    responses: { 200: { description: 'A page of entries', schema: listOf(entrySchema) } },
    handle: async ({ principal, params, query }) => {
      requireOwn(principal, params.code);
      if ((await readBalance(pool, params.code)) === null) throw noSuchAccount();
      const found = await readEntries(pool, { code: params.code, ...query });
      return { status: 200, body: { items: found.entries.map(entryView), next_cursor: cursorText(found.nextCursor) } };
    },
  });
}

function transactionsOfSale(pool: SqlPool): Route {
  return route({
    method: 'get',
    path: '/v1/ledger/transactions',
    tag,
    summary: 'List the ledger transactions of a sale, in the order in which they were recorded',
    policy: viewers,
    query: z.strictObject({ sale: id('sale') }),
    responses: { 200: { description: 'All of them', schema: listOf(transactionSchema) } },
    handle: async ({ principal, query }) => {
      if ((await findSale(pool, principal, query.sale)) === null) throw noSuchSale();
      const found = await readTransactions(pool, { by: 'sale_id', value: query.sale });
      const seen = found.map((posted) => transactionView(posted, prefixOf(principal)));
      return { status: 200, body: { items: seen.filter((posted) => posted.entries.length > 0), next_cursor: null } };
    },
  });
}

function transaction(pool: SqlPool): Route {
  return route({
    method: 'get',
    path: '/v1/ledger/transactions/:id',
    tag,
    summary: 'Read a ledger transaction',
    description: 'An organisation sees the entries on its own accounts.',
    policy: viewers,
    params: z.object({ id: z.string().regex(idPattern('ledgerTransaction')) }),
    responses: { 200: { description: 'The ledger transaction', schema: transactionSchema } },
    handle: async ({ principal, params }) => {
      const [posted] = await readTransactions(pool, { by: 'id', value: params.id });
      const seen = posted === undefined ? undefined : transactionView(posted, prefixOf(principal));
      if (seen === undefined || seen.entries.length === 0) {
        throw new DomainError('not_found', 'There is no such ledger transaction.');
      }
      return { status: 200, body: seen };
    },
  });
}

/** What the codes of a caller's accounts begin with; nothing for the platform, which sees all. */
function prefixOf(principal: Principal): string {
  return principal.organisationId === null ? '' : `organisation/${principal.organisationId}/`;
}

function requireOwn(principal: Principal, code: string): void {
  if (!code.startsWith(prefixOf(principal))) throw noSuchAccount();
}

function noSuchAccount(): DomainError {
  return new DomainError('not_found', 'There is no such account.');
}

function cursorText(cursor: number | null): string | null {
  return cursor === null ? null : String(cursor);
}
