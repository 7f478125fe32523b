import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { openCounter, type Counter } from '../../support/counter.ts';
import { Host } from '../../support/members.ts';
import { saveCard } from '../../support/saved-card.ts';
import { until } from '../../support/until.ts';

let counter: Counter;
let host: Host;
let database: Connection;

beforeAll(async () => {
  counter = await openCounter();
  host = new Host(counter);
  database = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
}, 60_000);
afterAll(async () => {
  await database.end();
  await counter.close();
});

/** What opens a payment or a set-up to a browser. */
const browserSecret = /(pi|seti)_\w+_secret_\w+/;

/** Every text that a table holds, one string per row. */
async function everyRow(): Promise<string[]> {
  const [tables] = await database.query<RowDataPacket[]>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  const found: string[] = [];
  for (const { name } of tables as { name: string }[]) {
    const [rows] = await database.query<RowDataPacket[]>(`SELECT * FROM \`${name}\``);
    found.push(...rows.map((row) => `${name} ${JSON.stringify(row)}`));
  }
  return found;
}

async function historyOf(workflowId: string): Promise<string> {
  const history = await counter.temporal.workflow.getHandle(workflowId).fetchHistory();
  const texts: string[] = [];
  const collect = (value: unknown): void => {
    if (value instanceof Uint8Array) texts.push(Buffer.from(value).toString('utf8'));
    else if (typeof value === 'string') texts.push(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(history.events);
  return texts.join('\n');
}

describe('secrets of browsers and addresses of people', () => {
  it('[W-42] stand in no table but the member’s own, and in no history, after every path that a card takes', async () => {
    const email = 'canary.address@example.test';
    const member = await host.member(1_000, { email, firstName: 'Canary', lastName: 'Bird' });
    const payment = await host.pay(member, { organisation: counter.shop.site.organisationId }, 5_000);
    const secret = payment.body.checkout!.clientSecret;
    expect(secret).toMatch(browserSecret);
    await counter.control.paymentIntent(payment.body.checkout!.paymentRef).confirm('4242424242424242');
    await until(async () => (await host.show(payment.body.id)).state === 'paid');
    await saveCard(counter, member);
    const topUp = await host.topUp(member, 5_000);
    await counter.till.post(`/v1/top-ups/${topUp.body.id}/cancel`, {}, randomUUID());
    const rows = await everyRow();
    expect(rows.filter((row) => browserSecret.test(row))).toEqual([]);
    const leaks = rows.filter((row) => row.includes(email) && !/^(member|audit_event|idempotency_request) /.test(row));
    expect(leaks).toEqual([]);
    const histories = await Promise.all(
      [`payment-${payment.body.id}`, `top-up-${topUp.body.id}`, `topup-${member}`].map(historyOf),
    );
    for (const history of histories) {
      expect(history).not.toMatch(browserSecret);
      expect(history).not.toContain(email);
    }
  });
});
