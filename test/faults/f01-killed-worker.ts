import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import type { Answer } from '../support/till.ts';
import { terminalSaleWorkflowId } from '../../src/workflows/counter/terminal-sale.messages.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { percentile, seconds } from './harness/figures.ts';
import { rowsOf } from './harness/query.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const boundaries = [
  'before the call',
  'after the processor',
  'after the journal',
  'before the acknowledgement',
] as const;
type Boundary = (typeof boundaries)[number];
const calls = ['create', 'present', 'capture'] as const;

/** One sale that stands at a boundary when the worker is killed. */
interface Interrupted {
  readonly boundary: Boundary;
  readonly sale: () => Promise<string>;
  /** The cashier's answer, whenever it comes. */
  readonly answer: Promise<Answer<{ id: string; state: string }>>;
  readonly gate: Awaited<ReturnType<World['control']['holdResponse']>>;
}

const amount = 2_500;
const resumeMs = 15_000;
const patience = { withinMs: 20_000 };
const sizes = { full: { wanted: 200, each: 10 }, small: { wanted: 1, each: 3 } };

export const fault: Fault = {
  id: 'F1',
  title:
    'a worker killed before the call, after the processor, after the journal or before the acknowledgement loses no sale and doubles none',
  run,
};

async function run({ seed, size, log }: FaultContext): Promise<FaultReport> {
  const { wanted, each } = sizes[size];
  // A cashier's answer is waited for as long as it takes: how long that is, is what is measured.
  const world = await openWorld({ seed, env: { API_DEADLINE_MS: '60000' } });
  const proxy = await startTcpProxy(world.env['TEMPORAL_ADDRESS'] ?? '');
  const address = new URL(through(proxy, `tcp://${world.env['TEMPORAL_ADDRESS']}`)).host;
  const startWorker = () => world.worker.start({ TEMPORAL_ADDRESS: address });
  try {
    await Promise.all([world.start(['api', 'jobs']), startWorker()]);
    const desks = await openDesks(world, each * boundaries.length);
    const waited: Record<Boundary, number[]> = {
      'before the call': [],
      'after the processor': [],
      'after the journal': [],
      'before the acknowledgement': [],
    };
    while (Object.values(waited).some((those) => those.length < wanted)) {
      const interrupted = await bringToBoundaries(world, desks, proxy);
      await world.worker.kill();
      const killed = performance.now();
      await Promise.all(interrupted.map(({ gate }) => gate.drop()));
      // What the dead worker had said and nobody heard is lost with it.
      proxy.cut();
      proxy.thaw();
      await startWorker();
      for (const [boundary, ms] of await Promise.all(interrupted.map((one) => resumed(world, one, killed)))) {
        waited[boundary].push(ms);
      }
      log(`kill ${world.worker.kills}: ${interrupted.length} sales were at a boundary and went on`);
    }
    for (const boundary of boundaries) {
      log(
        `${boundary}: ${waited[boundary].length} sales, went on within ${seconds(percentile(waited[boundary], 0.95))} (p95)`,
      );
    }
    const all = Object.values(waited).flat();
    const p95 = percentile(all, 0.95);
    const proof = await proveBooks(world);
    const lost = all.length - proof.posted;
    const figures = `${all.length} sales at 4 boundaries, ${world.worker.kills} kills, ${lost} lost, 0 double, resumed p95 ${seconds(p95)}`;
    return { pass: lost === 0 && p95 <= resumeMs, figures, injections: all.length };
  } finally {
    await proxy.close();
    await world.close();
  }
}

/** Every desk's sale is at its boundary when this resolves, and can go no further. */
async function bringToBoundaries(world: World, desks: readonly Desk[], proxy: TcpProxy): Promise<Interrupted[]> {
  const places = desks.map((desk, n) => {
    const boundary = boundaries[n % boundaries.length]!;
    const call =
      boundary.startsWith('after the p') || boundary.startsWith('before the c')
        ? calls[Math.floor(n / 4) % 3]!
        : 'capture';
    return { desk, boundary, call };
  });
  const at = (call: (typeof calls)[number]) => places.filter((place) => place.call === call);
  const captured = await Promise.all(at('capture').map((place) => holdCapture(world, place)));
  const presented = await Promise.all(at('present').map((place) => holdPresent(world, place)));
  // The processor cannot tell whose payment is made until it is made: those of one boundary share their gates.
  const created = [];
  for (const boundary of boundaries.slice(0, 2)) {
    const those = at('create').filter((place) => place.boundary === boundary);
    created.push(...(await Promise.all(those.map((place) => holdSelling(world, place, '/v1/payment_intents')))));
  }
  return [...(await passBoundary(world, proxy, captured)), ...presented, ...created];
}

interface Where {
  readonly desk: Desk;
  readonly boundary: Boundary;
}

function stageOf(boundary: Boundary): 'before' | 'after' {
  return boundary === 'before the call' ? 'before' : 'after';
}

async function holdCapture(world: World, { desk, boundary }: Where): Promise<Interrupted> {
  await world.control.reader(desk.reader).willTap('4242424242424242');
  const { body } = await desk.till.sell(amount, { captureMode: 'manual' });
  await desk.till.until(body.id, 'authorized');
  const match = { path: '/v1/payment_intents/:id/capture', idempotency_key: `sale-${body.id}-capture-${amount}` };
  const gate = await world.control.holdResponse(match, { stage: stageOf(boundary) });
  const answer = overheard(desk.till.command(body.id, 'capture'));
  await gate.held();
  return { boundary, gate, answer, sale: () => Promise.resolve(body.id) };
}

async function holdPresent(world: World, { desk, boundary }: Where): Promise<Interrupted> {
  const path = `/v1/terminal/readers/${desk.reader}/process_payment_intent`;
  return holdSelling(world, { desk, boundary }, path);
}

async function holdSelling(world: World, { desk, boundary }: Where, path: string): Promise<Interrupted> {
  await world.control.reader(desk.reader).willTap('4242424242424242');
  const gate = await world.control.holdResponse({ method: 'POST', path }, { stage: stageOf(boundary) });
  const answer = overheard(desk.till.sell(amount));
  await gate.held();
  return { boundary, gate, answer, sale: async () => (await answer).body.id };
}

/** An answer that is awaited later; until then its failure is nobody's. */
function overheard<T>(answer: Promise<T>): Promise<T> {
  answer.catch(() => undefined);
  return answer;
}

/** Lets go those whose boundary lies behind the processor's answer, and cuts the worker off where it lies. */
async function passBoundary(world: World, proxy: TcpProxy, held: readonly Interrupted[]): Promise<Interrupted[]> {
  const letGo = async (boundary: Boundary): Promise<Interrupted[]> => {
    const those = held.filter((one) => one.boundary === boundary);
    await Promise.all(those.map(({ gate }) => gate.release()));
    const sales = await Promise.all(those.map(({ sale }) => sale()));
    await until(async () => (await posted(world, sales)) === sales.length, patience);
    return those;
  };
  // What the worker says still arrives: the activity is completed, and nobody hears what comes of it.
  proxy.freezeReplies();
  const completed = await Promise.all((await letGo('before the acknowledgement')).map((one) => placed(world, one)));
  // Now nothing arrives: the journal stands in the book, and its activity is not completed.
  proxy.freeze();
  const journaled = await letGo('after the journal');
  const others = held.filter(({ boundary }) => boundary === 'before the call' || boundary === 'after the processor');
  return [...completed, ...journaled, ...others];
}

/** A heartbeat that waits for its reply keeps the activity's completion back: that sale stands after its journal only. */
async function placed(world: World, one: Interrupted): Promise<Interrupted> {
  const sale = await one.sale();
  return until(() => activityIsOver(world, sale), { withinMs: 3_000 }).then(
    () => one,
    () => ({ ...one, boundary: 'after the journal' }),
  );
}

async function posted(world: World, sales: readonly string[]): Promise<number> {
  const sql = `SELECT id FROM sale WHERE state = 'posted' AND id IN (${sales.map(() => '?').join(', ')})`;
  return (await rowsOf(world.databaseUrl, sql, sales)).length;
}

/** Whether the server knows the outcome of every activity of this sale. */
async function activityIsOver(world: World, sale: string): Promise<boolean> {
  const { raw } = await world.temporal.workflow.getHandle(terminalSaleWorkflowId(sale)).describe();
  return (raw.pendingActivities ?? []).length === 0;
}

/** Waits for the cashier's answer, the end of the sale and of its workflow; how long after the kill all that was. */
async function resumed(world: World, one: Interrupted, killed: number): Promise<readonly [Boundary, number]> {
  const answer = await one.answer;
  const sale = await one.sale();
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`${one.boundary}: ${answer.status} ${answer.text}`);
  await until(async () => (await posted(world, [sale])) === 1, { withinMs: 60_000, everyMs: 50 });
  const ms = performance.now() - killed;
  await world.temporal.workflow.getHandle(terminalSaleWorkflowId(sale)).result();
  return [one.boundary, ms];
}
