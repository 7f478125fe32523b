import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { PosterUnavailable, type Poster } from '../../src/ledger/poster-contract.ts';
import {
  aud,
  give,
  member,
  openBook,
  organisation,
  posted,
  refused,
  stripe,
  transfer,
  type TestBook,
} from '../support/book.ts';
import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';

let book: TestBook;
let proxy: TcpProxy;
let poster: Poster;
beforeAll(async () => {
  book = await openBook();
  await book.database.query('CREATE TABLE ride_note (id VARCHAR(40) PRIMARY KEY)');
});
beforeEach(async () => {
  proxy = await startTcpProxy(book.database.url);
  poster = book.anotherPoster({
    databaseUrl: through(proxy, book.database.url),
    replyTimeoutMs: 400,
    reconnectForMs: 2000,
  });
});
afterEach(async () => {
  await poster.close();
  await proxy.close();
});
afterAll(async () => {
  await book.close();
});

const cardIn = (opKey: string, id: string) =>
  transfer({ opKey, from: stripe(), to: member(id), amount: aud(100), kind: 'card-in' });
const pay = (opKey: string, id: string) =>
  transfer({ opKey, from: member(id), to: organisation('club'), amount: aud(1_000_000) });
const note = (id: string) => ({ insert: 'ride_note', row: { id } });
const countOf = async (opKey: string) =>
  (await book.database.query('SELECT id FROM ledger_transaction WHERE op_key = ?', [opKey])).length;

describe('when the connection is lost', () => {
  it('[F20] after COMMIT was carried out, the posting stands once and its caller is told so', async () => {
    const fault = proxy.loseReply('COMMIT');
    const result = posted(await poster.post(cardIn('lost-1', 'lost'), { onSuccess: [note('lost-1')] }));
    await fault.struck();
    expect(result.replayed).toBe(false);
    expect(await countOf('lost-1')).toBe(1);
    const [row] = await book.database.query('SELECT id FROM ledger_transaction WHERE op_key = ?', ['lost-1']);
    expect(row).toEqual({ id: result.transactionId });
  });

  it('before the statements reached the server, they are sent again', async () => {
    const fault = proxy.loseRequest('COMMIT');
    expect(posted(await poster.post(cardIn('lost-2', 'lost'))).replayed).toBe(false);
    await fault.struck();
    expect(await countOf('lost-2')).toBe(1);
  });

  it('while accounts are locked, the locks are given back and the work is done', async () => {
    const fault = proxy.loseReply('FOR UPDATE');
    posted(await poster.post(cardIn('lost-3', 'lost')));
    await fault.struck();
    expect(await countOf('lost-3')).toBe(1);
  });

  it('[F20] after a mixed batch was committed, every caller gets what was decided, riders applied once', async () => {
    await give(book.poster, member('batch'), 50);
    const fault = proxy.loseReply('COMMIT');
    const results = await poster.postGroup([
      { kind: 'post', transaction: cardIn('lost-4-in', 'batch'), riders: { onSuccess: [note('lost-4-in')] } },
      { kind: 'post', transaction: pay('lost-4-pay', 'batch'), riders: { onRefusal: [note('lost-4-short')] } },
      { kind: 'place', hold: { opKey: 'lost-4', account: member('batch'), amount: aud(150), description: 'hold' } },
    ]);
    await fault.struck();
    expect(posted(results[0]).replayed).toBe(false);
    expect(refused(results[1])).toMatchObject({ code: 'insufficient_funds', ridersApplied: true });
    expect(results[2]).toMatchObject({ kind: 'held', replayed: false });
    expect(await book.account(member('batch'))).toEqual({ balance: 150, held: 150, entries: 2 });
  });

  it('after items were committed one by one, they are answered from the book', async () => {
    await book.database.query("INSERT INTO ride_note VALUES ('taken')");
    const fault = proxy.loseReply('COMMIT');
    const slow = proxy.loseReply('SAVEPOINT');
    const [kept, conflicting] = await poster.postGroup([
      { kind: 'post', transaction: cardIn('lost-5-a', 'slow') },
      { kind: 'post', transaction: cardIn('lost-5-b', 'slow'), riders: { onSuccess: [note('taken')] } },
    ]);
    await Promise.all([fault.struck(), slow.struck()]);
    posted(kept);
    expect(refused(conflicting).code).toBe('conflict');
    expect(await book.account(member('slow'))).toMatchObject({ balance: 100, entries: 1 });
  });

  it('in silence, the wait ends and the work is done on a new connection', async () => {
    const held = proxy.holdRequest('COMMIT');
    const result = posted(await poster.post(cardIn('silent', 'silent')));
    await held.struck();
    held.release();
    expect(result.replayed).toBe(false);
    expect(await countOf('silent')).toBe(1);
  });

  it('[F20] after any number of bytes, each of five postings stands exactly once', async () => {
    posted(await poster.post(cardIn('bytes', 'bytes-0')));
    let cutCount = 0;
    for (let byteCount = 1; byteCount <= 1500; byteCount += 37) {
      const fault = proxy.cutAfterBytes(byteCount);
      void fault.struck().then(() => {
        cutCount += 1;
      });
      const keys = [1, 2, 3, 4, 5].map((n) => `bytes-${byteCount}-${n}`);
      const results = await Promise.all(keys.map((opKey, n) => poster.post(cardIn(opKey, `bytes-${n}`))));
      expect(results.map((result) => posted(result).replayed)).toEqual([false, false, false, false, false]);
    }
    expect(cutCount).toBeGreaterThan(20);
    const [row] = await book.database.query("SELECT COUNT(*) AS n FROM ledger_transaction WHERE op_key LIKE 'bytes-%'");
    expect(row).toEqual({ n: 41 * 5 });
  });

  it('by the server while nothing was asked, the next posting opens another one', async () => {
    posted(await poster.post(cardIn('idle-1', 'idle')));
    const sessions = await book.database.query<Record<string, number>>(
      'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()',
    );
    for (const { id } of sessions) await book.database.query(`KILL ${id!}`);
    expect(sessions.length).toBeGreaterThan(0);
    expect(posted(await poster.post(cardIn('idle-2', 'idle'))).replayed).toBe(false);
  });

  it('by nobody, only slow, the answer is waited for', async () => {
    posted(await poster.post(cardIn('slow-1', 'slow-network')));
    proxy.freeze();
    const slow = poster.post(cardIn('slow-2', 'slow-network'));
    await book.poster.post(cardIn('meanwhile', 'slow-network'));
    proxy.thaw();
    expect(posted(await slow).replayed).toBe(false);
    expect(await book.account(member('slow-network'))).toMatchObject({ balance: 300, entries: 3 });
  });

  it('for good, callers are told that the outcome is not known', async () => {
    posted(await poster.post(cardIn('gone-1', 'gone')));
    const away = book.anotherPoster({ databaseUrl: through(proxy, book.database.url), reconnectForMs: 100 });
    await proxy.close();
    await expect(away.post(cardIn('gone-2', 'gone'))).rejects.toBeInstanceOf(PosterUnavailable);
    await expect(
      Promise.all([away.post(cardIn('gone-3', 'gone')), away.post(cardIn('gone-4', 'gone'))]),
    ).rejects.toThrow('cannot be reached');
  });
});

describe('a closed poster', () => {
  it('finishes what it took and takes nothing more', async () => {
    const last = Array.from({ length: 20 }, (_, n) => poster.post(cardIn(`closing-${n}`, 'closing')));
    await poster.close();
    for (const result of await Promise.all(last)) posted(result);
    await expect(poster.post(cardIn('closed', 'closing'))).rejects.toBeInstanceOf(PosterUnavailable);
  });
});
