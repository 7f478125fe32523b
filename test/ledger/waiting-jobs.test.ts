import { describe, expect, it } from '@jest/globals';
import { identity } from '../../src/ledger/identity.ts';
import { prepare } from '../../src/ledger/prepared-item.ts';
import { WaitingJobs, type Batch } from '../../src/ledger/waiting-jobs.ts';
import type { Job } from '../../src/ledger/writer.ts';
import { aud, member, organisation, transfer } from '../support/book.ts';

const pay = (name: string, from: string, to: string): Job => ({
  items: [
    prepare(
      {
        kind: 'post',
        transaction: transfer({ opKey: name, from: member(from), to: organisation(to), amount: aud(1) }),
      },
      identity,
    ),
  ],
  resolve: () => undefined,
  reject: () => undefined,
});
const namesOf = (batch: Batch | undefined) =>
  batch?.jobs.flatMap(({ items }) => items.map((item) => (item.kind === 'post' ? item.transaction.opKey : '')));

describe('jobs that wait for a writer', () => {
  it('are shared by two writers, so that both have work', () => {
    const waiting = new WaitingJobs({ itemsMax: 256, lanes: 2 });
    for (const n of [1, 2, 3, 4]) waiting.add(pay(`p${n}`, `from${n}`, `to${n}`));
    expect(namesOf(waiting.take())).toEqual(['p1', 'p2']);
    expect(namesOf(waiting.take())).toEqual(['p3', 'p4']);
  });

  it('that want a row of a commit under way wait for its end, and keep their order', () => {
    const waiting = new WaitingJobs({ itemsMax: 256, lanes: 2 });
    waiting.add(pay('first', 'a', 'shop'));
    const first = waiting.take();
    waiting.add(pay('behind', 'b', 'shop'));
    // It shares a member with one that has to wait, and so does not overtake it.
    waiting.add(pay('after-it', 'b', 'club'));
    waiting.add(pay('free', 'c', 'bar'));
    expect(namesOf(waiting.take())).toEqual(['free']);
    expect(waiting.take()).toBeUndefined();
    first?.end();
    expect(namesOf(waiting.take())).toEqual(['behind', 'after-it']);
  });

  it('of one hot account all go together, since no other writer could take them', () => {
    const waiting = new WaitingJobs({ itemsMax: 256, lanes: 2 });
    for (const n of [1, 2, 3, 4, 5, 6]) waiting.add(pay(`p${n}`, `from${n}`, 'hot'));
    expect(waiting.take()?.jobs).toHaveLength(6);
  });

  it('make no batch above its most, but a larger job goes alone', () => {
    const waiting = new WaitingJobs({ itemsMax: 2, lanes: 1 });
    const [one, two, three] = ['x', 'y', 'z'].map((name) => pay(name, name, name).items[0]);
    if (one === undefined || two === undefined || three === undefined) throw new Error('Three items are needed.');
    waiting.add({ ...pay('whole', 'w', 'w'), items: [one, two, three] });
    waiting.add(pay('next', 'n', 'n'));
    expect(waiting.take()?.jobs[0]?.items).toHaveLength(3);
    expect(namesOf(waiting.take())).toEqual(['next']);
  });
});
