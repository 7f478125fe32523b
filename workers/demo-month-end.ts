import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createOrm, migrate } from '../src/entities/orm.ts';
import { DemoCalls } from './demo/demo-calls.ts';
import { openDemoSystem, type DemoSystem } from './demo/demo-system.ts';
import { openFinanceOffice } from './demo/finance-office.ts';
import { freshDatabase } from './demo/month-end-database.ts';
import { reconcile } from './demo/month-end-proof.ts';
import {
  bankAccountOf,
  fileForBank,
  hearBank,
  payAgain,
  settleMonth,
  type Club,
  type MonthEndStage,
} from './demo/month-end-story.ts';
import { fillPastMonth } from './demo/past-month.ts';
import { needed, runDemo } from './demo/run-demo.ts';
import { demoNames, seedDemoShop, type DemoShop } from './demo/seed.ts';
import { createDemoApi, say, tellSale } from './demo/story.ts';

// `npm run demo -- month-end`: three clubs are settled for the month that is over, paid by a bank file, one payout comes
// back and is paid again, and all of it is reconciled. In a database of its own, so that it can be shown again.
const zone = 'Australia/Sydney';
const folder = join(process.env['TILLFLOW_DIR'] ?? '.tillflow', 'month-end');
const earnings = [
  { name: 'Rival Bridge Club', amountMinor: 100_000, floatMinor: 20_000 },
  { name: 'Fantasy Chess Club', amountMinor: 123_456, floatMinor: 10_000 },
  { name: 'Harbour Go Club', amountMinor: 60_200, floatMinor: 0 },
];
const systems: DemoSystem[] = [];

await runDemo({
  run,
  stop: async () => {
    await Promise.all(systems.map((system) => system.stop()));
  },
});

async function run(): Promise<void> {
  const databaseUrl = await freshDatabase(needed('DATABASE_URL'));
  const orm = await createOrm(databaseUrl);
  await migrate(orm);
  const shop = await seedDemoShop(orm);
  await orm.close();
  const office = await openFinanceOffice(folder);
  const system = await openDemoSystem({ ...surroundings(databaseUrl), ...office.env });
  systems.push(system);
  const url = `http://127.0.0.1:${system.ports.api}`;
  const stage = { calls: new DemoCalls(url), office, key: shop.secret, folder };
  const month = lastMonth(new Date());
  const clubs = await bringClubs(stage, databaseUrl, month.middle);
  await sell(system, shop, url);
  await tell({ ...stage, clubs }, month.period);
  await reconcile({ ...stage, clubs }, { databaseUrl, processorAccount: shop.site.processorAccountId });
  say(`\n  The files are in ${folder}, the letters to the clubs in ${join(folder, 'outbox')}.`);
}

async function tell(stage: MonthEndStage, period: string): Promise<void> {
  await settleMonth(stage, { period, zone });
  const [first, second, third] = await fileForBank(stage);
  if (first === undefined || second === undefined || third === undefined) throw new Error('A payout is missing.');
  await hearBank(stage, [
    { payout: first, result: 'paid', reason: '' },
    { payout: second, result: 'returned', reason: 'account closed' },
    { payout: third, result: 'paid', reason: '' },
  ]);
  const again = await payAgain(stage, second);
  await fileForBank(stage);
  await hearBank(stage, [{ payout: again, result: 'paid', reason: '' }]);
}

/** Card money of today, so that there is something at the processor to reconcile. */
async function sell({ control }: DemoSystem, shop: DemoShop, url: string): Promise<void> {
  await control.reader(demoNames.reader).willTap('4242424242424242', { after: '250ms' });
  await tellSale(createDemoApi(url, shop.secret), shop);
}

/** The clubs with their fees, accounts and what they earned. */
async function bringClubs(
  { calls, key }: Pick<MonthEndStage, 'calls' | 'key'>,
  databaseUrl: string,
  at: Date,
): Promise<readonly Club[]> {
  const fees = { defaultFeePercent: '3.00', cardCost: '0.30', cardPercent: '1.35', refundFeePercent: '3.00' };
  await calls.ask(key, { method: 'PUT', path: '/v1/fees', body: { ...fees, refundWeeks: 12 } });
  const clubs: Club[] = [];
  for (const [n, { name, floatMinor }] of earnings.entries()) {
    const body = { name, zone, floatMinor, email: `office${n + 1}@club.example` };
    const { id } = (await calls.ask(key, { method: 'POST', path: '/v1/organisations', body })).body as Club;
    const account = bankAccountOf('062-000', `1234567${n}`, name);
    await calls.ask(key, { method: 'PUT', path: `/v1/organisations/${id}/bank-details/AUD`, body: account });
    clubs.push({ id, name });
  }
  const person = { externalRef: randomUUID(), firstName: 'Betty', lastName: 'Bunting', currency: 'AUD' };
  const member = (await calls.ask(key, { method: 'POST', path: '/v1/members', body: person })).body as { id: string };
  const earned = clubs.map(({ id }, n) => ({ organisation: id, amountMinor: earnings[n]?.amountMinor ?? 0 }));
  await fillPastMonth(databaseUrl, { at, member: member.id, earned });
  return clubs;
}

/** Queues and keys of its own: nothing of a system that runs beside it is touched. */
function surroundings(databaseUrl: string): NodeJS.ProcessEnv {
  const own = `month-end-${randomBytes(4).toString('hex')}`;
  const directEntry = {
    ...{ bankAbbreviation: 'CBA', userId: '301500', userName: 'TILLFLOW EXAMPLE', remitter: 'TILLFLOW' },
    ...{ bsb: '062000', accountNo: '98765432' },
  };
  return {
    DATABASE_URL: databaseUrl,
    QUEUE_PREFIX: own,
    TASK_QUEUE_PAYMENTS: `${own}-payments`,
    TASK_QUEUE_BULK: `${own}-bulk`,
    SETTLEMENT_SCHEDULE: 'false',
    RECONCILIATION_SCHEDULE: 'false',
    OUTBOX_DIR: join(folder, 'outbox'),
    SEAL_KEYS: 'demo:DEMO_SEAL_KEY',
    DEMO_SEAL_KEY: randomBytes(32).toString('base64'),
    PAYOUT_ORIGINATORS: JSON.stringify({ AUD: { directEntry } }),
    INVOICE_ISSUER: JSON.stringify({ name: 'Tillflow Example Pty Ltd', taxId: '12 345 678 901' }),
  };
}

/** The calendar month before `now` in UTC, which is over everywhere from its second day on. */
function lastMonth(now: Date): { readonly period: string; readonly middle: Date } {
  const middle = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 15));
  return { period: middle.toISOString().slice(0, 'YYYY-MM'.length), middle };
}
