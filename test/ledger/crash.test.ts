import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import {
  aud,
  give,
  member,
  openBook,
  organisation,
  posted,
  transfer,
  violations,
  type TestBook,
} from '../support/book.ts';
import { startBookProcess } from '../support/book-processes.ts';
import { startTcpProxy, through } from '../support/tcp-proxy.ts';

let book: TestBook;
beforeAll(async () => {
  book = await openBook();
  await book.database.query('CREATE TABLE ride_note (id VARCHAR(40) PRIMARY KEY)');
  await book.database.query("INSERT INTO ride_note VALUES ('taken')");
});
afterAll(async () => {
  await book.close();
});

const payment = (opKey: string, payer: string): Extract<PosterItem, { kind: 'post' }> => ({
  kind: 'post',
  transaction: transfer({ opKey, from: member(payer), to: organisation('club'), amount: aud(1) }),
});
const standingKeys = async (prefix: string) =>
  (await book.database.query('SELECT op_key FROM ledger_transaction WHERE op_key LIKE ?', [`${prefix}-%`])).map(
    (row) => row['op_key'] as string,
  );

describe('a process killed with kill -9', () => {
  it('[F6] in the middle of its work has lost nothing that was acknowledged, and doubles nothing when asked again', async () => {
    for (const [round, acknowledgedMin] of [1, 20, 75, 200].entries()) {
      const callers = Array.from({ length: 8 }, (_, caller) =>
        Array.from({ length: 500 }, (_unused, n) => payment(`kill${round}-${caller}-${n}`, `payer-${caller % 3}`)),
      );
      for (const payer of [0, 1, 2]) await give(book.poster, member(`payer-${payer}`), 100_000 + round);
      const victim = await startBookProcess();
      const acknowledged = await new Promise<readonly string[]>((resolve) => {
        const keys: string[] = [];
        victim.start({ databaseUrl: book.database.url, callers }, ({ caller, index, result }) => {
          if (result.kind !== 'posted') return;
          keys.push(callers[caller]![index]!.transaction.opKey);
          if (keys.length === acknowledgedMin)
            void victim.kill().then(() => {
              resolve(keys);
            });
        });
      });
      expect(acknowledged.length).toBeGreaterThanOrEqual(acknowledgedMin);
      const standing = new Set(await standingKeys(`kill${round}`));
      expect(acknowledged.filter((opKey) => !standing.has(opKey))).toEqual([]);
      // Whoever waited asks again, and is told the truth about what stood at the kill.
      const again = await book.poster.postGroup(callers.flatMap((items) => items.slice(0, 40)));
      expect(again.map((result) => posted(result).kind)).toHaveLength(320);
      expect(await violations(book.database)).toEqual([]);
    }
  });

  it('[F1] [W-05] between its statements and COMMIT has done nothing, and its locks are free', async () => {
    const proxy = await startTcpProxy(book.database.url);
    await give(book.poster, member('victim'), 1000);
    const victim = await startBookProcess();
    // A rider that meets a unique key makes the statements travel one by one, with COMMIT by itself at the end.
    const conflicting = {
      ...payment('between-1', 'victim'),
      riders: {
        onSuccess: [{ insert: 'ride_note', row: { id: 'taken' } }],
        onRefusal: [{ insert: 'ride_note', row: { id: 'refused' } }],
      },
    };
    const slow = proxy.holdRequest('SAVEPOINT');
    victim.start({ databaseUrl: through(proxy, book.database.url), callers: [[conflicting]] }, () => undefined);
    await slow.struck();
    const commit = proxy.holdRequest('COMMIT');
    slow.release();
    await commit.struck();
    await victim.kill();
    posted((await book.poster.postGroup([payment('between-2', 'victim')]))[0]);
    expect(await standingKeys('between')).toEqual(['between-2']);
    expect(await book.database.query('SELECT id FROM ride_note')).toEqual([{ id: 'taken' }]);
    await proxy.close();
  });

  it('[F1] with its accounts locked has done nothing, and its locks are free', async () => {
    const proxy = await startTcpProxy(book.database.url);
    const victim = await startBookProcess();
    const write = proxy.holdRequest('COMMIT');
    victim.start(
      { databaseUrl: through(proxy, book.database.url), callers: [[payment('locked-1', 'victim')]] },
      () => undefined,
    );
    await write.struck();
    await victim.kill();
    posted((await book.poster.postGroup([payment('locked-2', 'victim')]))[0]);
    expect(await standingKeys('locked')).toEqual(['locked-2']);
    await proxy.close();
  });
});
