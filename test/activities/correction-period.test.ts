import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createCorrectionActivities } from '../../src/activities/reconciliation/correction.activities.ts';
import { Correction } from '../../src/entities/reconciliation/correction.entity.ts';
import { correctionId, organisationId, payoutId, type OrganisationId } from '../../src/domain/ids.ts';
import { newId } from '../../src/entities/new-id.ts';
import { createOrm, type Orm } from '../../src/entities/orm.ts';
import { Organisation } from '../../src/entities/organisations/organisation.entity.ts';
import { Payout } from '../../src/entities/settlement/payout.entity.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import { openBook, type TestBook } from '../support/book.ts';

let book: TestBook;
let orm: Orm;
let pool: SqlPool;
beforeAll(async () => {
  book = await openBook();
  orm = await createOrm(book.database.url, 2);
  pool = new SqlPool(book.database.url, 2);
});
afterAll(async () => {
  await pool.close();
  await orm.close();
  await book.close();
});

async function clubIn(zone: string): Promise<OrganisationId> {
  const id = organisationId(newId('organisation'));
  await orm.em.fork().insert(Organisation, { id, name: 'Club', status: 'active', zone, createdAt: new Date() });
  return id;
}

/** The period of a settlement by hand of 10.00 that a worker books when its clock says `at`. */
async function periodAt(holderId: OrganisationId, at: string): Promise<string | undefined> {
  const [now, id, payout] = [new Date(at), correctionId(newId('correction')), payoutId(newId('payout'))];
  const figures = { amountMinor: 1_000, feeBp: 300, payoutMinor: 970, feeMinor: 27, taxMinor: 3, payoutId: payout };
  const holder = { holderKind: 'organisation', holderId, organisationId: holderId, currency: 'AUD' } as const;
  const asked = { description: 'Settlement', reason: 'paid by cheque', actor: 'key_1', createdAt: now, updatedAt: now };
  const row = { id, kind: 'manual_settlement', state: 'created', ...holder, ...figures, ...asked } as const;
  await orm.em.fork().insert(Correction, row);
  const activities = createCorrectionActivities({ orm, pool, poster: book.poster, now: () => now });
  expect(await activities.beginCorrection({ correctionId: id })).toEqual({ state: 'posted', outcome: null });
  // A second try, as after a lost answer, moves nothing and says the same.
  expect((await activities.beginCorrection({ correctionId: id })).state).toBe('posted');
  return (await orm.em.fork().findOne(Payout, { id: payout }))?.period;
}

it('a settlement by hand belongs to the month that its organisation has, at month ends, Feb 29 and changed clocks', async () => {
  const [sydney, london, newYork] = [
    await clubIn('Australia/Sydney'),
    await clubIn('Europe/London'),
    await clubIn('America/New_York'),
  ];
  const periods = [
    await periodAt(sydney, '2028-02-29T12:59:59.999Z'),
    await periodAt(sydney, '2028-02-29T13:00:00.000Z'),
    await periodAt(london, '2028-02-29T23:59:59.999Z'),
    await periodAt(london, '2028-03-01T00:00:00.000Z'),
    // London's clock goes forward on 31 March 2030, so its month ends at 23:00 in UTC.
    await periodAt(london, '2030-03-31T22:59:59.999Z'),
    await periodAt(london, '2030-03-31T23:00:00.000Z'),
    // New York's goes back on 2 November 2031: October ends at 04:00 in UTC, November at 05:00.
    await periodAt(newYork, '2031-11-01T03:59:59.999Z'),
    await periodAt(newYork, '2031-12-01T04:59:59.999Z'),
    await periodAt(newYork, '2031-12-01T05:00:00.000Z'),
  ];
  expect(periods).toEqual([
    ...['2028-02', '2028-03', '2028-02', '2028-03', '2030-03', '2030-04'],
    ...['2031-10', '2031-11', '2031-12'],
  ]);
});
