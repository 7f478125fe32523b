import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import type { Rider } from '../../src/ledger/riders.ts';
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

let book: TestBook;
beforeAll(async () => {
  book = await openBook();
  await book.database.query(`CREATE TABLE ride_note (id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
    note VARCHAR(200) NULL, noted_at DATETIME(6) NULL, flag TINYINT(1) NULL)`);
  await book.database.query(`CREATE TABLE ride_state (id VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY,
    owner VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NULL, state VARCHAR(20) NOT NULL, version INT NOT NULL)`);
});
beforeEach(async () => {
  await book.database.query('DELETE FROM ride_note');
  await book.database.query('DELETE FROM ride_state');
});
afterAll(async () => {
  await book.close();
});

const note = (id: string, text = id): Rider => ({ insert: 'ride_note', row: { id, note: text } });
const state = (id: string, to: string, expectedVersion?: number): Rider => ({
  update: 'ride_state',
  key: { id },
  set: { state: to },
  ...(expectedVersion === undefined ? {} : { expectedVersion }),
});
const notes = async () => (await book.database.query('SELECT id FROM ride_note ORDER BY id')).map((row) => row['id']);
const states = async () => book.database.query('SELECT id, state, version FROM ride_state ORDER BY id');
const addState = (id: string) => book.database.query('INSERT INTO ride_state VALUES (?, NULL, ?, 1)', [id, 'new']);
const cardIn = (opKey: string, id: string, amountMinor: number) =>
  transfer({ opKey, from: stripe(), to: member(id), amount: aud(amountMinor), kind: 'card-in' });
const pay = (opKey: string, id: string, amountMinor: number) =>
  transfer({ opKey, from: member(id), to: organisation('club'), amount: aud(amountMinor) });
const post = (transaction: ReturnType<typeof pay>, onSuccess: Rider[] = [], onRefusal: Rider[] = []): PosterItem => ({
  kind: 'post',
  transaction,
  riders: { onSuccess, onRefusal },
});

describe('riders of holds', () => {
  it('commit with the hold, with its taking and with its release, and a moved row refuses each of them', async () => {
    await give(book.poster, member('rh'), 1000);
    const hold = (opKey: string) => ({ opKey, account: member('rh'), amount: aud(300), description: opKey });
    for (const id of ['rh1', 'rh2']) await addState(id);
    await book.poster.placeHold(hold('rh-1'), { onSuccess: [state('rh1', 'held', 1)] });
    await book.poster.placeHold(hold('rh-2'), { onSuccess: [state('rh2', 'held', 1)] });
    const taken = { ...pay('rh-pay', 'rh', 200), consumesHolds: [{ holdOpKey: 'rh-1', amount: aud(200) }] };
    expect(refused(await book.poster.post(taken, { onSuccess: [state('rh1', 'paid', 1)] })).code).toBe('conflict');
    posted(await book.poster.post(taken, { onSuccess: [state('rh1', 'paid', 2)] }));
    const release = { holdOpKey: 'rh-2', account: member('rh'), opKey: 'rh-r' };
    expect(await book.poster.releaseHold(release, { onSuccess: [state('rh2', 'free', 2)] })).toMatchObject({
      kind: 'released',
    });
    expect(await states()).toMatchObject([{ state: 'paid' }, { state: 'free' }]);
    expect(await book.account(member('rh'))).toMatchObject({ balance: 800, held: 0 });
  });
});

describe('riders', () => {
  it('commit with the posting that carries them', async () => {
    await addState('s1');
    const riders = [state('s1', 'paid', 1), note('n1')];
    posted(await book.poster.post(cardIn('r1', 'r1', 100), { onSuccess: riders }));
    expect(await states()).toEqual([{ id: 's1', state: 'paid', version: 2 }]);
    expect(await notes()).toEqual(['n1']);
  });

  it('are not applied again by a replay', async () => {
    posted(await book.poster.post(cardIn('r2', 'r2', 100), { onSuccess: [note('n1')] }));
    expect(posted(await book.poster.post(cardIn('r2', 'r2', 100), { onSuccess: [note('n2')] })).replayed).toBe(true);
    expect(await notes()).toEqual(['n1']);
  });

  it('for the refusal are applied when it is refused, and those for success are not', async () => {
    const riders = { onSuccess: [note('success')], onRefusal: [note('refusal')] };
    expect(refused(await book.poster.post(pay('r3', 'r3', 100), riders)).ridersApplied).toBe(true);
    expect(await notes()).toEqual(['refusal']);
    expect(await book.account(member('r3'))).toMatchObject({ balance: 0, entries: 0 });
  });

  it('whose row has another version refuse their item, and nothing moves', async () => {
    await addState('s4');
    const riders = { onSuccess: [note('success'), state('s4', 'paid', 7)], onRefusal: [note('refusal')] };
    expect(refused(await book.poster.post(cardIn('r4', 'r4', 100), riders)).code).toBe('conflict');
    expect(await book.account(member('r4'))).toMatchObject({ balance: 0, entries: 0 });
    expect(await states()).toEqual([{ id: 's4', state: 'new', version: 1 }]);
    expect(await notes()).toEqual(['refusal']);
  });

  it('whose row is not there refuse their item', async () => {
    const riders = { onSuccess: [state('nowhere', 'paid')] };
    expect(refused(await book.poster.post(cardIn('r5', 'r5', 100), riders)).code).toBe('conflict');
    expect(await book.account(member('r5'))).toMatchObject({ entries: 0 });
  });

  it('that meet a unique key refuse their item only, also in a batch of many', async () => {
    await book.database.query("INSERT INTO ride_note (id) VALUES ('taken')");
    const asked = Array.from({ length: 30 }, (_, n) =>
      book.poster.post(cardIn(`r6-${n}`, `r6-${n}`, 100), { onSuccess: [note(n === 17 ? 'taken' : `free-${n}`)] }),
    );
    const results = await Promise.all(asked);
    expect(results.map((result) => result.kind).filter((kind) => kind === 'refused')).toHaveLength(1);
    expect(refused(results[17]).code).toBe('conflict');
    expect(await notes()).toHaveLength(30);
  });

  it('of one item are compared with what the item before left in the same commit', async () => {
    await addState('s7');
    const results = await Promise.all([
      book.poster.post(cardIn('r7-0', 'r7', 100)),
      book.poster.post(cardIn('r7-1', 'r7', 100), { onSuccess: [state('s7', 'first', 1)] }),
      book.poster.post(cardIn('r7-2', 'r7', 100), { onSuccess: [state('s7', 'second', 2)] }),
      book.poster.post(cardIn('r7-3', 'r7', 100), { onSuccess: [state('s7', 'late', 2)] }),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['posted', 'posted', 'posted', 'refused']);
    expect(await states()).toEqual([{ id: 's7', state: 'second', version: 3 }]);
  });

  it('may name their row by what it holds, and hit it once', async () => {
    await addState('s8');
    await book.database.query("UPDATE ride_state SET owner = 'sale-1' WHERE id = 's8'");
    const give = (id: string): Rider => ({
      update: 'ride_state',
      key: { id: 's8', owner: 'sale-1' },
      set: { owner: null, state: id },
    });
    const results = await Promise.all(
      ['a', 'b', 'c'].map((id) => book.poster.post(cardIn(`r8-${id}`, 'r8', 100), { onSuccess: [give(id)] })),
    );
    expect(results.map((result) => result.kind)).toEqual(['posted', 'refused', 'refused']);
    expect(await states()).toEqual([{ id: 's8', state: 'a', version: 1 }]);
  });

  it('that name one row in two ways are carried out one by one, so that the second sees the first', async () => {
    await addState('s9');
    await book.database.query("UPDATE ride_state SET owner = 'sale-1' WHERE id = 's9'");
    const byOwner: Rider = { update: 'ride_state', key: { owner: 'sale-1' }, set: { state: 'by owner' } };
    const byId: Rider = { update: 'ride_state', key: { id: 's9' }, set: { owner: 'sale-2' } };
    const results = await Promise.all([
      book.poster.post(cardIn('r9-0', 'r9', 100)),
      book.poster.post(cardIn('r9-1', 'r9', 100), { onSuccess: [byId] }),
      book.poster.post(cardIn('r9-2', 'r9', 100), { onSuccess: [byOwner] }),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['posted', 'posted', 'refused']);
    expect(await states()).toEqual([{ id: 's9', state: 'new', version: 1 }]);
  });

  it('of many rows in one commit each reach their own row, and a row named twice sees both in turn', async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `m${String(index).padStart(2, '0')}`);
    for (const id of ids) await addState(id);
    const items = ids.map((id, index) => post(cardIn(`many-${id}`, id, 100), [state(id, `it's ${index}`, 1)]));
    const again = post(cardIn('many-again', 'm07', 100), [state('m07', 'twice', 2)]);
    const results = await book.poster.postGroup([...items, again]);
    expect(results.every(({ kind }) => kind === 'posted')).toBe(true);
    expect(await states()).toEqual(
      ids.map((id, index) => ({
        id,
        state: id === 'm07' ? 'twice' : `it's ${index}`,
        version: id === 'm07' ? 3 : 2,
      })),
    );
  });

  it('of many rows leave alone a row that moved on, and refuse its item only', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `v${index}`);
    for (const id of ids) await addState(id);
    const results = await book.poster.postGroup(
      ids.map((id) => post(cardIn(`moved-${id}`, id, 100), [state(id, 'paid', id === 'v3' ? 9 : 1)])),
    );
    expect(results.map(({ kind }) => kind)).toEqual(ids.map((id) => (id === 'v3' ? 'refused' : 'posted')));
    expect((await states()).filter((row) => row['state'] === 'paid')).toHaveLength(11);
  });

  it('carry every value that a column takes', async () => {
    const row = { id: 'v', note: 'O\'Neill \\ "q" 🎾\n', noted_at: new Date('2026-03-01T01:02:03.004Z'), flag: true };
    posted(await book.poster.post(cardIn('r10', 'r10', 100), { onSuccess: [{ insert: 'ride_note', row }] }));
    expect(await book.database.query('SELECT * FROM ride_note')).toEqual([
      { ...row, noted_at: '2026-03-01 01:02:03.004000', flag: 1 },
    ]);
  });

  it('with a mistake of ours fail their own item loudly, and no other', async () => {
    const wrong: Rider = { insert: 'ride_note', row: { id: 'x', no_such_column: 1 } };
    const results = await Promise.allSettled([
      book.poster.post(cardIn('r11-0', 'r11', 100)),
      book.poster.post(cardIn('r11-1', 'r11', 100), { onSuccess: [wrong] }),
      book.poster.post(cardIn('r11-2', 'r11', 100)),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await book.account(member('r11'))).toMatchObject({ balance: 200, entries: 2 });
  });

  it('travel with holds as well', async () => {
    await give(book.poster, member('r12'), 1000);
    const hold = { opKey: 'h12', account: member('r12'), amount: aud(600), description: 'hold' };
    await book.poster.placeHold(hold, { onSuccess: [note('held')] });
    await book.poster.placeHold({ ...hold, opKey: 'h12-more' }, { onRefusal: [note('short')] });
    await book.poster.releaseHold(
      { holdOpKey: 'h12', account: member('r12'), opKey: 'h12-r' },
      { onSuccess: [note('free')] },
    );
    expect(await notes()).toEqual(['free', 'held', 'short']);
  });
});

describe('a group', () => {
  it('lets a later item spend what an earlier one brought, in one commit', async () => {
    const results = await book.poster.postGroup([post(cardIn('g1-in', 'g1', 1000)), post(pay('g1-pay', 'g1', 1000))]);
    const [cardMoney, payment] = results.map(posted);
    expect(cardMoney?.recordedAt).toBe(payment?.recordedAt);
    expect(await book.account(member('g1'))).toEqual({ balance: 0, held: 0, entries: 2 });
  });

  it('keeps the card money when the linked payment is not covered, with the riders of each outcome', async () => {
    const results = await book.poster.postGroup([
      post(cardIn('g2-in', 'g2', 1000), [note('money in')]),
      post(pay('g2-pay', 'g2', 1001), [note('paid')], [note('short')]),
    ]);
    posted(results[0]);
    expect(refused(results[1]).code).toBe('insufficient_funds');
    expect(await notes()).toEqual(['money in', 'short']);
    expect(await book.account(member('g2'))).toMatchObject({ balance: 1000, entries: 1 });
  });

  it('asked for again replays what succeeded and judges anew what was refused', async () => {
    const items = [
      post(cardIn('g3-in', 'g3', 1000), [note('in')]),
      post(pay('g3-pay', 'g3', 1500), [], [note('short')]),
    ];
    await book.poster.postGroup(items);
    const again = await book.poster.postGroup(items);
    expect(posted(again[0]).replayed).toBe(true);
    // The note of the first refusal is there: the second one finds it and says so.
    expect(refused(again[1])).toMatchObject({ code: 'insufficient_funds', ridersApplied: false });
    await give(book.poster, member('g3'), 500);
    expect(posted((await book.poster.postGroup(items))[1]).replayed).toBe(false);
  });

  it('is not undone by an item whose rider conflicts', async () => {
    await book.database.query("INSERT INTO ride_note (id) VALUES ('taken')");
    const results = await book.poster.postGroup([
      post(cardIn('g4-in', 'g4', 1000), [note('first')]),
      post(pay('g4-pay', 'g4', 400), [note('taken')], [note('refusal')]),
      post(pay('g4-pay-2', 'g4', 600), [note('third')]),
    ]);
    expect(results.map((result) => result.kind)).toEqual(['posted', 'refused', 'posted']);
    expect(await notes()).toEqual(['first', 'refusal', 'taken', 'third']);
    expect(await book.account(member('g4'))).toMatchObject({ balance: 400, entries: 2 });
  });

  it('may place, take and release holds in order', async () => {
    await give(book.poster, member('g5'), 1000);
    const hold = (opKey: string) => ({ opKey, account: member('g5'), amount: aud(500), description: opKey });
    const taken = { ...pay('g5-pay', 'g5', 500), consumesHolds: [{ holdOpKey: 'g5-a', amount: aud(500) }] };
    const results = await book.poster.postGroup([
      { kind: 'place', hold: hold('g5-a') },
      { kind: 'place', hold: hold('g5-b') },
      { kind: 'place', hold: hold('g5-c') },
      post(taken),
      { kind: 'release', release: { holdOpKey: 'g5-b', account: member('g5'), opKey: 'g5-r' } },
    ]);
    expect(results.map((result) => result.kind)).toEqual(['held', 'held', 'refused', 'posted', 'released']);
    expect(await book.account(member('g5'))).toMatchObject({ balance: 500, held: 0 });
  });

  it('may hold the same posting twice: the second is a replay of the first', async () => {
    const [first, second] = (
      await book.poster.postGroup([post(cardIn('g6', 'g6', 10)), post(cardIn('g6', 'g6', 10))])
    ).map(posted);
    expect([first?.replayed, second?.replayed]).toEqual([false, true]);
    expect(second?.transactionId).toBe(first?.transactionId);
  });

  it('of nothing does nothing', async () => {
    expect(await book.poster.postGroup([])).toEqual([]);
  });
});
