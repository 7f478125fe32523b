import { randomUUID } from 'node:crypto';
import { demoNames } from '../../workers/demo/seed.ts';
import { startCallbackHost, type CallbackHost } from '../support/callback-host.ts';
import { Host } from '../support/members.ts';
import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';
import type { Answer } from '../support/till.ts';
import { until } from '../support/until.ts';
import { percentile, seconds } from './harness/figures.ts';
import { proveMemberBooks } from './harness/member-books.ts';
import { memberSteps, routeCode, type MemberStep } from './harness/member-stories.ts';
import { proveTold } from './harness/member-words.ts';
import { openRows, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';
import { openWorld, type World } from './harness/world.ts';

const boundaries = [
  'before the call',
  'after the processor',
  'after the journal',
  'before the acknowledgement',
] as const;
type Boundary = (typeof boundaries)[number];

/** A step that stands at a boundary when the worker is killed. */
interface Interrupted {
  readonly boundary: Boundary;
  readonly name: string;
  readonly step: MemberStep;
  readonly answer: Promise<Answer | null>;
  readonly gate: Awaited<ReturnType<World['control']['holdResponse']>>;
}

interface Scene {
  readonly world: World;
  readonly proxy: TcpProxy;
  readonly rows: Rows;
  readonly host: Host;
}

const resumeMs = 15_000;
const patience = { withinMs: 20_000 };
const sizes = { full: { wanted: 50, each: 2 }, small: { wanted: 2, each: 1 } };

export const fault: Fault = {
  id: 'F1-members',
  title:
    "a worker killed at any step of a member's payment, top-up or refund loses no money, doubles none and tells it once",
  run,
};

async function run(context: FaultContext): Promise<FaultReport> {
  const callbacks = await startCallbackHost();
  const secret = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
  const env = { API_DEADLINE_MS: '60000', CALLBACK_ALLOW_PRIVATE: 'true', HOST_SECRET: secret, NOTICE_MS: '600000' };
  // Longer than a killed worker needs to be missed: what waits for a top-up is not sent to a checkout meanwhile.
  const timing = { CHECKOUT_TIMING: JSON.stringify({ topUpMs: 60_000, ladderMs: [2_000] }) };
  const world = await openWorld({ seed: context.seed, env: { ...env, ...timing } });
  const proxy = await startTcpProxy(world.env['TEMPORAL_ADDRESS'] ?? '');
  const rows = await openRows(world.databaseUrl);
  try {
    return await killAround(context, { world, proxy, rows, host: new Host(world) }, callbacks);
  } finally {
    await rows.close();
    await proxy.close();
    await world.close();
    await callbacks.close();
  }
}

async function killAround({ size, log }: FaultContext, scene: Scene, callbacks: CallbackHost): Promise<FaultReport> {
  const { wanted, each } = sizes[size];
  const { world, proxy, rows } = scene;
  const address = new URL(through(proxy, `tcp://${world.env['TEMPORAL_ADDRESS']}`)).host;
  const startWorker = () => world.worker.start({ TEMPORAL_ADDRESS: address });
  await Promise.all([world.start(['api', 'jobs']), startWorker()]);
  await world.control.balance.setAvailable('aud', 100_000_000, demoNames.account);
  const endpoint = { routeCode, url: callbacks.url, secretRefs: ['HOST_SECRET'] };
  await world.till.post('/v1/callbacks', endpoint, randomUUID());
  const waited = new Map<Boundary, number[]>(boundaries.map((boundary) => [boundary, []]));
  while ([...waited.values()].some((those) => those.length < wanted)) {
    const interrupted = await bringToBoundaries(scene, each);
    await world.worker.kill();
    const killed = performance.now();
    await Promise.all(interrupted.map(({ gate }) => gate.drop()));
    // What the dead worker had said and nobody heard is lost with it.
    proxy.cut();
    proxy.thaw();
    await startWorker();
    const ends = await Promise.all(interrupted.map((one) => resumed(scene, one, killed)));
    interrupted.forEach(({ boundary }, n) => waited.get(boundary)?.push(ends[n]!));
    log(`kill ${world.worker.kills}: ${interrupted.length} steps were at a boundary and went on`);
  }
  for (const [boundary, those] of waited) {
    log(`${boundary}: ${those.length} steps, went on within ${seconds(percentile(those, 0.95))} (p95)`);
  }
  const all = [...waited.values()].flat();
  const p95 = percentile(all, 0.95);
  const proof = await proveMemberBooks(world);
  const told = await proveTold(rows, callbacks);
  const figures = `${all.length} steps at 4 boundaries, ${world.worker.kills} kills, 0 lost, 0 double: ${proof.captures} captures, ${proof.refunds} refunds, ${told.notices} notices, ${told.callbacks} callbacks; resumed p95 ${seconds(p95)}`;
  return { pass: p95 <= resumeMs, figures, injections: all.length };
}

/** Every step is at its boundary when this resolves, and can go no further. */
async function bringToBoundaries(scene: Scene, each: number): Promise<Interrupted[]> {
  const desk = { counter: scene.world, host: scene.host };
  // In small size each step has two of the boundaries, in turn.
  const places = Object.entries(memberSteps).flatMap(([name, prepare], n) =>
    boundaries
      .filter((_boundary, turn) => each > 1 || turn % 2 === n % 2)
      .flatMap((boundary) => Array.from({ length: each }, () => ({ name, prepare, boundary }))),
  );
  const prepared = await Promise.all(
    places.map(async ({ name, prepare, boundary }) => ({ name, boundary, step: await prepare(desk) })),
  );
  const held: Interrupted[] = [];
  // One after another, since the processor cannot tell whose payment is made until it is made.
  for (const place of prepared) held.push(await hold(scene.world, place));
  return passBoundary(scene, held);
}

async function hold({ control }: World, place: Pick<Interrupted, 'name' | 'boundary' | 'step'>): Promise<Interrupted> {
  const stage = place.boundary === 'before the call' ? 'before' : 'after';
  const gate = await control.holdResponse(place.step.call, { stage, times: 1 });
  const answer = place.step.begin();
  // It is awaited later; until then its failure is nobody's.
  answer.catch(() => undefined);
  await gate.held();
  return { ...place, gate, answer };
}

/** Lets go those whose boundary lies behind the processor's answer, and cuts the worker off where it lies. */
async function passBoundary(scene: Scene, held: readonly Interrupted[]): Promise<Interrupted[]> {
  const letGo = async (boundary: Boundary): Promise<Interrupted[]> => {
    const those = held.filter((one) => one.boundary === boundary);
    await Promise.all(those.map(({ gate }) => gate.release()));
    for (const { step } of those)
      await until(async () => (await found(scene, step.committed, step)) !== null, patience);
    return those;
  };
  // What the worker says still arrives: the activity is completed, and nobody hears what comes of it.
  scene.proxy.freezeReplies();
  const completed = await Promise.all((await letGo('before the acknowledgement')).map((one) => placed(scene, one)));
  // Now nothing arrives: the journal stands in the book, and its activity is not completed.
  scene.proxy.freeze();
  const journaled = await letGo('after the journal');
  const others = held.filter(({ boundary }) => boundary === 'before the call' || boundary === 'after the processor');
  return [...completed, ...journaled, ...others];
}

async function found({ rows }: Scene, sql: string, { member }: MemberStep): Promise<string | null> {
  const [row] = await rows.all<{ id: string }>(sql, [member]);
  return row?.id ?? null;
}

/** A heartbeat that waits for its reply keeps the activity's completion back: that step stands after its journal only. */
async function placed(scene: Scene, one: Interrupted): Promise<Interrupted> {
  const id = (await found(scene, one.step.committed, one.step)) ?? '';
  const handle = scene.world.temporal.workflow.getHandle(one.step.workflowOf(id));
  const isOver = async (): Promise<boolean> => ((await handle.describe()).raw.pendingActivities ?? []).length === 0;
  return until(isOver, { withinMs: 3_000 }).then(
    () => one,
    () => ({ ...one, boundary: 'after the journal' as const }),
  );
}

/** Waits for the caller's answer and the end of the step; how long after the kill all that was. */
async function resumed(scene: Scene, { name, step, answer }: Interrupted, killed: number): Promise<number> {
  const told = await answer;
  if (told !== null && told.status !== 201) throw new Error(`${name}: ${told.status} ${told.text}`);
  const isOver = async (): Promise<boolean> => (await found(scene, step.over, step)) !== null;
  await until(isOver, { withinMs: 60_000, everyMs: 50 });
  return performance.now() - killed;
}
