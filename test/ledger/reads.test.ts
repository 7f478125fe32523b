import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openingAccount } from '../../src/domain/ledger-account.ts';
import { readAccounts, readBalance, readBalanceAt } from '../../src/ledger/balance.read.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { readEntries } from '../../src/ledger/entries.read.ts';
import { readTransactions } from '../../src/ledger/transactions.read.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import {
  aud,
  give,
  member,
  noon,
  openBook,
  organisation,
  posted,
  stripe,
  transfer,
  type TestBook,
} from '../support/book.ts';

let book: TestBook;
const recorded: string[] = [];
beforeAll(async () => {
  book = await openBook();
  for (let n = 1; n <= 10; n += 1) {
    const [from, to] = [stripe(), member('reader')];
    const result = await book.poster.post(transfer({ opKey: `in-${n}`, from, to, amount: aud(n), kind: 'card-in' }));
    recorded.push(posted(result).recordedAt);
  }
});
afterAll(async () => {
  await book.close();
});

const code = member('reader').code;
const sumTo = (n: number) => (n * (n + 1)) / 2;

describe('a balance', () => {
  it('now says what is there, held and available', async () => {
    await book.poster.placeHold({ opKey: 'h', account: member('reader'), amount: aud(5), description: 'h' });
    expect(await readBalance(book.reader, code)).toMatchObject({
      ...{ code, kind: 'member', normalSide: 'credit', entryCount: 10, closedAt: null },
      ...{ balance: aud(55), held: aud(5), available: aud(50) },
    });
  });

  it('at an instant counts the entries recorded at or before it', async () => {
    expect(await readBalanceAt(book.reader, code, '2020-01-01T00:00:00Z')).toEqual(aud(0));
    expect(await readBalanceAt(book.reader, code, '2100-01-01T00:00:00Z')).toEqual(aud(55));
    for (const n of [1, 4, 7, 10]) {
      expect(await readBalanceAt(book.reader, code, recorded[n - 1]!)).toEqual(aud(sumTo(n)));
    }
  });

  it('of a month that is over can be filled by a poster whose clock stands there', async () => {
    const clock = new Date('2025-03-10T01:02:03.004Z');
    const poster = createPoster({ databaseUrl: book.database.url, clock });
    const result = await poster.post(
      transfer({
        opKey: 'past',
        from: openingAccount('AUD'),
        to: member('past'),
        amount: aud(7),
        kind: 'opening-balance',
      }),
    );
    await poster.close();
    expect(posted(result).recordedAt).toContain('2025-03-10T01:02:03.004');
    expect(await readBalanceAt(book.reader, member('past').code, '2025-03-10T01:02:03.003Z')).toEqual(aud(0));
    expect(await readBalanceAt(book.reader, member('past').code, '2025-03-11T00:00:00Z')).toEqual(aud(7));
  });

  it('at an instant is found by index, whatever the length of the history', async () => {
    const plan = await book.database.query(
      `EXPLAIN SELECT balance_after_minor FROM ledger_entry e WHERE e.account_id = 1 AND e.recorded_at <= '2100-01-01'
       ORDER BY e.account_id DESC, e.recorded_at DESC, e.seq DESC LIMIT 1`,
    );
    expect(plan[0]?.['key']).toBe('ledger_entry_account_id_recorded_at_seq_index');
    expect(String(plan[0]?.['Extra'])).not.toContain('filesort');
  });

  it('of an account that never was is no balance', async () => {
    expect(await readBalance(book.reader, 'member/nobody/AUD')).toBeNull();
    expect(await readBalanceAt(book.reader, 'member/nobody/AUD', noon)).toBeNull();
  });
});

describe('the entries of an account', () => {
  it('come in pages, the newest first, each once, while new ones are added', async () => {
    const first = await readEntries(book.reader, { code: stripe().code, limit: 4 });
    expect(first.entries.map((entry) => entry.seq)).toEqual([10, 9, 8, 7]);
    await book.poster.post(
      transfer({ opKey: 'more', from: stripe(), to: member('x'), amount: aud(1), kind: 'card-in' }),
    );
    const second = await readEntries(book.reader, { code: stripe().code, limit: 4, cursor: first.nextCursor! });
    const third = await readEntries(book.reader, { code: stripe().code, limit: 4, cursor: second.nextCursor! });
    expect([...second.entries, ...third.entries].map((entry) => entry.seq)).toEqual([6, 5, 4, 3, 2, 1]);
    expect(third.nextCursor).toBeNull();
  });

  it('end on a full page without promising another', async () => {
    const page = await readEntries(book.reader, { code, limit: 10 });
    expect(page.entries).toHaveLength(10);
    expect(page.nextCursor).toBeNull();
  });

  it('show plus for what comes in on the account’s own side, and minus for what goes out', async () => {
    await give(book.poster, member('sign'), 100);
    await book.poster.post(transfer({ opKey: 'out', from: member('sign'), to: organisation('o'), amount: aud(30) }));
    const { entries } = await readEntries(book.reader, { code: member('sign').code, limit: 10 });
    expect(entries.map((entry) => [entry.side, Number(entry.amount.amountMinor)])).toEqual([
      ['debit', -30],
      ['credit', 100],
    ]);
  });

  it('of an unknown account are none', async () => {
    expect(await readEntries(book.reader, { code: 'member/nobody/AUD', limit: 5 })).toEqual({
      entries: [],
      nextCursor: null,
    });
  });
});

describe('accounts', () => {
  it('come in pages, by prefix or kind', async () => {
    const all = await readAccounts(book.reader, { limit: 100 });
    const first = await readAccounts(book.reader, { limit: 2 });
    const second = await readAccounts(book.reader, { limit: 100, cursor: first.nextCursor! });
    expect([...first.accounts, ...second.accounts]).toEqual(all.accounts);
    const prefixed = await readAccounts(book.reader, { limit: 10, codePrefix: 'member/reader/' });
    expect(prefixed.accounts.map((account) => account.code)).toEqual([code]);
    const processors = await readAccounts(book.reader, { limit: 10, kind: 'processor' });
    expect(processors.accounts.map((account) => account.code)).toEqual(['processor/stripe/acct_1/AUD']);
  });
});

describe('a transaction', () => {
  it('is read as it was posted, by each of its names and links', async () => {
    const captured = sale({
      ...{ saleId: 'sal_1', captureNo: 1, organisationId: 'org_1', occurredAt: noon, description: 'Coffee' },
      ...{ currency: 'AUD', cards: [{ processor: stripe(), amount: aud(1100) }], tip: aud(100) },
      links: { providerRef: 'ch_1', processorAccountId: 'pac_1' },
    });
    const { transactionId, reference, recordedAt } = posted(await book.poster.post(captured));
    const [read] = await readTransactions(book.reader, { by: 'id', value: transactionId });
    expect(read).toEqual({
      id: transactionId,
      ...{ opKey: 'sale-sal_1-capture-1', kind: 'sale', reference, recordedAt, description: 'Coffee' },
      occurredAt: '2026-03-01T12:00:00.000000Z',
      legs: captured.legs,
      links: { organisationId: 'org_1', saleId: 'sal_1', providerRef: 'ch_1', processorAccountId: 'pac_1' },
    });
    for (const [by, value] of [
      ['op_key', 'sale-sal_1-capture-1'],
      ['reference', reference],
      ['sale_id', 'sal_1'],
      ['provider_ref', 'ch_1'],
    ] as const) {
      expect(await readTransactions(book.reader, { by, value })).toEqual([read]);
    }
    expect(await readTransactions(book.reader, { by: 'id', value: 'ltx_none' })).toEqual([]);
  });
});
