import { randomUUID } from 'node:crypto';
import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { rowsOf } from './harness/query.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const moments = ['before its workflow began', 'while the reader was asked', 'with the answer on its way'] as const;
type Moment = (typeof moments)[number];
const sizes = { full: { rounds: 21, each: 16 }, small: { rounds: 1, each: 4 } };
const amount = 1_900;

/** A request whose sale is committed and whose answer nobody will hear. */
interface Lost {
  readonly desk: Desk;
  readonly key: string;
  readonly moment: Moment;
  readonly answered: Promise<boolean>;
}

/** The API with a proxy on either side. */
interface Stage {
  readonly world: World;
  readonly callers: TcpProxy;
  readonly temporal: TcpProxy;
  startApi(): Promise<void>;
}

export const fault: Fault = {
  id: 'F2',
  title:
    'an API killed after the sale is committed and before its answer is heard leaves one sale for a key and one body, however often it is asked',
  run,
};

async function run({ seed, size, log }: FaultContext): Promise<FaultReport> {
  const { rounds, each } = sizes[size];
  const world = await openWorld({ seed });
  const address = world.env['TEMPORAL_ADDRESS'] ?? '';
  const [callers, temporal] = await Promise.all([startTcpProxy(world.apiUrl), startTcpProxy(address)]);
  const startApi = () => world.api.start({ TEMPORAL_ADDRESS: `${temporal.host}:${temporal.port}` });
  const stage = { world, callers, temporal, startApi };
  try {
    await Promise.all([world.start(['jobs', 'temporal']), startApi()]);
    const apiUrl = new URL(through(callers, world.apiUrl)).origin;
    const desks = await openDesks({ ...world, apiUrl }, each * moments.length);
    let lost = 0;
    for (let round = 1; round <= rounds; round += 1) {
      lost += await loseAnswers(stage, desks);
      log(`kill ${round} of ${rounds}: ${desks.length} answers lost, each key asked twice again`);
    }
    const proof = await proveBooks(world);
    const asked = rounds * desks.length;
    const pass = lost === asked && proof.sales === asked && proof.posted === asked;
    const figures = `${asked} keys, ${proof.sales} sales, ${proof.posted} posted, ${world.api.kills} kills, the same body each time`;
    return { pass, figures, injections: lost };
  } finally {
    await Promise.all([callers.close(), temporal.close()]);
    await world.close();
  }
}

/** One kill with a request of every desk under way; answers how many of them were left without an answer. */
async function loseAnswers(stage: Stage, desks: readonly Desk[]): Promise<number> {
  const { world, callers, temporal } = stage;
  await Promise.all(desks.map(({ reader }) => world.control.reader(reader).willTap('4242424242424242')));
  const at = (moment: Moment) => desks.filter((_, n) => moments[n % moments.length] === moment);
  const gates = await Promise.all(at('while the reader was asked').map((desk) => holdReader(world, desk)));
  const asked = at('while the reader was asked').map((desk) => sell(desk, 'while the reader was asked'));
  await Promise.all(gates.map((gate) => gate.held()));
  callers.freezeReplies();
  const answered = at('with the answer on its way').map((desk) => sell(desk, 'with the answer on its way'));
  await until(async () => (await known(world, answered, "state = 'done'")) === answered.length);
  temporal.freeze();
  const unbegun = at('before its workflow began').map((desk) => sell(desk, 'before its workflow began'));
  await until(async () => (await known(world, unbegun, "state = 'running'")) === unbegun.length);
  await world.api.kill();
  for (const proxy of [callers, temporal]) {
    proxy.cut();
    proxy.thaw();
  }
  await Promise.all(gates.map((gate) => gate.release()));
  await stage.startApi();
  const all = [...asked, ...answered, ...unbegun];
  await Promise.all(all.map((one) => askAgain(world, one)));
  return (await Promise.all(all.map((one) => one.answered))).filter((heard) => !heard).length;
}

function holdReader(world: World, desk: Desk) {
  return world.control.holdResponse(
    { path: `/v1/terminal/readers/${desk.reader}/process_payment_intent` },
    { stage: 'after' },
  );
}

function sell(desk: Desk, moment: Moment): Lost {
  const key = randomUUID();
  const answered = desk.till.sell(amount, {}, key).then(
    () => true,
    () => false,
  );
  return { desk, key, moment, answered };
}

async function known(world: World, lost: readonly Lost[], where: string): Promise<number> {
  const keys = lost.map(({ key }) => key);
  const sql = `SELECT id FROM idempotency_request WHERE ${where} AND idempotency_key IN (${keys.map(() => '?').join(', ')})`;
  return (await rowsOf(world.databaseUrl, sql, keys)).length;
}

/** The same key twice, at once and later: one sale, and the body that was kept, if one was. */
async function askAgain(world: World, { desk, key, moment }: Lost): Promise<void> {
  const kept = await keptBody(world, key);
  if ((kept !== null) !== (moment === 'with the answer on its way'))
    throw new Error(`${moment}: an answer was ${kept === null ? 'not ' : ''}kept.`);
  const first = await desk.till.sell(amount, {}, key);
  if (first.status !== 201) throw new Error(`${moment}: ${first.status} ${first.text}`);
  await desk.till.until(first.body.id, 'posted', 30_000);
  const second = await desk.till.sell(amount, {}, key);
  const bodies = new Set([first.text, second.text, ...(kept === null ? [] : [kept])]);
  if (bodies.size !== 1) throw new Error(`${moment}: not the same body: ${[...bodies].join(' / ')}`);
}

async function keptBody(world: World, key: string): Promise<string | null> {
  const [row] = await rowsOf<{ body: string | null }>(
    world.databaseUrl,
    'SELECT body FROM idempotency_request WHERE idempotency_key = ?',
    [key],
  );
  return row?.body ?? null;
}
