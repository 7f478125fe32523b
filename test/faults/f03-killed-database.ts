import { setTimeout as pause } from 'node:timers/promises';
import { memberAccount, openingAccount } from '../../src/domain/ledger-account.ts';
import { credit, debit, type NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import { PosterUnavailable, type Poster } from '../../src/ledger/poster-contract.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { createTestDatabase } from '../support/database.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import { until } from '../support/until.ts';
import { seconds } from './harness/figures.ts';
import { rowsOf } from './harness/query.ts';
import { privateDatabase, type PrivateServer } from './harness/servers.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { kills: 20, between: 60 }, small: { kills: 2, between: 25 } };
const everyMs = 20;
const backMs = 30_000;

export const fault: Fault = {
  id: 'F3',
  title: 'a database killed under fifty postings a second holds every posting it acknowledged, once, and serves again',
  run,
};

async function run({ size, random, log }: FaultContext): Promise<FaultReport> {
  const { kills, between } = sizes[size];
  const server = await privateDatabase();
  try {
    const database = await createTestDatabase(server.url);
    await database.leave();
    const stream = startStream(createPoster({ databaseUrl: database.url }));
    let slowest = 0;
    let caught = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const wanted = stream.acknowledged.length + between + random.below(between);
      await until(() => stream.acknowledged.length >= wanted, { withinMs: 60_000 });
      const back = await killAndWait(server, stream);
      slowest = Math.max(slowest, back.ms);
      caught += back.underWay > 0 ? 1 : 0;
      log(
        `kill ${kill} of ${kills}: ${back.stood} acknowledged before it, ${back.underWay} under way, served again after ${seconds(back.ms)}`,
      );
    }
    await stream.stop();
    const missing = await compare(database.url, stream.acknowledged);
    await expectBooksInOrder(database.url);
    const figures = `${stream.acknowledged.length} acknowledged, ${missing} missing, ${caught} of ${kills} kills with one under way, back within ${seconds(slowest)}`;
    return { pass: missing === 0 && slowest <= backMs, figures, injections: server.kills };
  } finally {
    await server.remove();
  }
}

interface Stream {
  /** op_keys in the order of their acknowledgements. */
  readonly acknowledged: readonly string[];
  /** Resolves as the next posting is on its way to the database. */
  readonly begun: () => Promise<void>;
  readonly underWay: () => number;
  /** Begins nothing more and waits for what is under way. */
  readonly stop: () => Promise<void>;
}

/** Fifty postings a second, whatever becomes of them; one whose outcome is not known is asked for again. */
function startStream(poster: Poster): Stream {
  const acknowledged: string[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;
  let begun = Promise.withResolvers<undefined>();
  const post = async (opKey: string): Promise<void> => {
    for (;;) {
      try {
        const result = await poster.post(posting(opKey));
        if (result.kind !== 'posted') throw new Error(`${opKey} was refused: ${result.code}`);
        acknowledged.push(opKey);
        return;
      } catch (error) {
        if (!(error instanceof PosterUnavailable)) throw error;
        await pause(everyMs);
      }
    }
  };
  const timer = setInterval(() => {
    const work = post(`fault-${(count += 1)}`).finally(() => underWay.delete(work));
    underWay.add(work);
    begun.resolve(undefined);
    begun = Promise.withResolvers();
  }, everyMs);
  return {
    acknowledged,
    begun: () => begun.promise,
    underWay: () => underWay.size,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(underWay);
      await poster.close();
    },
  };
}

function posting(opKey: string): NewLedgerTransaction {
  const amount = money(Number(opKey.slice('fault-'.length)), 'AUD');
  const label = { type: 'Miscellaneous' } as const;
  const legs = [
    ...debit(openingAccount('AUD'), amount, label),
    ...credit(memberAccount(`m${opKey.at(-1)}`, 'AUD'), amount, label),
  ];
  return { opKey, kind: 'opening-balance', occurredAt: '2026-03-01T12:00:00Z', description: opKey, legs };
}

interface Outage {
  /** Acknowledged before the kill. */
  readonly stood: number;
  /** Begun and not acknowledged at the kill: the database may have committed them or not. */
  readonly underWay: number;
  readonly ms: number;
}

/** Kills it with a posting under way, and waits for the next acknowledgement. */
async function killAndWait(server: PrivateServer, stream: Stream): Promise<Outage> {
  await stream.begun();
  const killed = performance.now();
  const underWay = stream.underWay();
  await server.kill();
  const stood = stream.acknowledged.length;
  await server.start();
  await until(() => stream.acknowledged.length > stood, { withinMs: backMs * 2 });
  return { stood, underWay, ms: performance.now() - killed };
}

/** How many acknowledged postings are not in the book once, with their amount on both sides. */
async function compare(databaseUrl: string, acknowledged: readonly string[]): Promise<number> {
  const rows = await rowsOf<{ op_key: string; amount: string }>(
    databaseUrl,
    `SELECT t.op_key, SUM(e.amount_minor) AS amount FROM ledger_transaction t
     JOIN ledger_entry e ON e.transaction_id = t.id AND e.side = 'credit' GROUP BY t.op_key`,
  );
  const booked = new Map(rows.map((row) => [row.op_key, Number(row.amount)]));
  return acknowledged.filter((opKey) => booked.get(opKey) !== Number(opKey.slice('fault-'.length))).length;
}
