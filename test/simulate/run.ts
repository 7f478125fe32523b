import { setTimeout } from 'node:timers/promises';
import type { Counter } from '../support/counter.ts';
import { demoNames } from '../../workers/demo/seed.ts';
import type { MonthEnd } from '../support/month-end.ts';
import { tendAffairs } from './affairs-clerk.ts';
import { Clerk } from './clerk.ts';
import { FinanceDesk } from './finance-desk.ts';
import { compare, storyOf, type Findings } from './judge.ts';
import { MemberClerk } from './member-clerk.ts';
import { OfficeClerk } from './office-clerk.ts';
import { planHash, type Plan } from './plan.ts';
import { openDifferences } from './reconciling.ts';
import { setScene, type Scene, type SceneMember } from './scene.ts';
import { Trace } from './trace.ts';
import { makeWeather, type Injected, type WeatherAt } from './weather.ts';
import type { Workforce } from './workforce.ts';

/** How a seed went. */
export interface RunResult {
  readonly seed: number;
  readonly planHash: string;
  readonly pass: boolean;
  /** Sales by the state they ended in. */
  readonly ended: Readonly<Record<string, number>>;
  readonly attention: number;
  /** Payouts to clubs by the state they were left in. */
  readonly payouts: Readonly<Record<string, number>>;
  readonly injected: Injected & { readonly crashes: number };
  readonly failures: readonly string[];
  readonly tookMs: number;
  readonly traceFile: string;
}

export interface System {
  readonly counter: Counter;
  /** The same counter, with people of finance. */
  readonly office: MonthEnd;
  readonly workforce: Workforce;
}

/** A crash may take an activity along: it is tried again when its time is over. */
const patienceMs = { sale: 90_000, agreement: 180_000 };

/** Does what the plan says to the real system, waits until it is calm, and compares. */
export async function runPlan(system: System, plan: Plan): Promise<RunResult> {
  const { counter, workforce } = system;
  const trace = new Trace(plan);
  const scene = await setScene(system, plan);
  const weather = await makeWeather(counter.control, placesOf(scene, plan));
  const began = performance.now();
  const deathsBefore = workforce.deaths;
  const failures = await serveAll(system, { plan, scene, trace });
  const injected = { ...(await weather.end()), crashes: workforce.deaths - deathsBefore };
  const findings = await agree(counter, scene, trace);
  failures.push(...(await booksAfter(system, scene, trace)));
  const result = {
    seed: plan.seed,
    planHash: planHash(plan),
    pass: failures.length + findings.differences.length === 0,
    ended: countBy(findings.sales.map(({ state }) => state)),
    attention: findings.sales.filter(({ attention }) => attention !== null).length,
    payouts: countBy(findings.payouts),
    injected,
    failures: [...failures, ...findings.differences],
    tookMs: Math.round(performance.now() - began),
  };
  const stories = result.pass ? {} : await storiesOf(counter, findings);
  return { ...result, traceFile: trace.write({ ...result, sales: findings.sales, stories }) };
}

interface Stage {
  readonly plan: Plan;
  readonly scene: Scene;
  readonly trace: Trace;
}

function placesOf({ account }: Scene, { weather, cardWeather, monthEnd }: Plan): WeatherAt[] {
  const { transfers = [], books = [] } = monthEnd?.weather ?? {};
  return [
    { account, weather: { ...weather, faults: [...weather.faults, ...books] } },
    {
      account: demoNames.account,
      weather: { ...cardWeather, faults: [...cardWeather.faults, ...transfers] },
    },
  ];
}

/** Tills, members and finance at the same time, each till with one sale after the other; one that fails does not end the others. */
async function serveAll(system: System, stage: Stage): Promise<string[]> {
  const [counters, books] = await Promise.all([serveCounters(system, stage), settleClubs(system, stage)]);
  return [...counters, ...books];
}

/** The finance office settles and pays the clubs, while they go on living. */
async function settleClubs({ office, workforce }: System, { scene, trace }: Stage): Promise<string[]> {
  const { monthEnd } = scene;
  if (monthEnd === null) return [];
  const desk = new FinanceDesk({ office, trace }, scene, monthEnd);
  const done = await Promise.allSettled([new OfficeClerk(desk, workforce).serve(), tendAffairs(desk)]);
  return done.flatMap((one) =>
    one.status === 'rejected' ? [`the month that ${monthEnd.plan.story}: ${messageOf(one.reason)}`] : [],
  );
}

/** What a comparison of the processor's books with ours leaves open, where the plan has one when all is over. */
async function booksAfter({ office }: System, scene: Scene, trace: Trace): Promise<string[]> {
  const { monthEnd } = scene;
  if (monthEnd === null || !monthEnd.plan.isReconciled) return [];
  try {
    return await openDifferences(new FinanceDesk({ office, trace }, scene, monthEnd));
  } catch (error) {
    return [messageOf(error)];
  }
}

async function serveCounters({ counter, workforce }: System, { plan, scene, trace }: Stage): Promise<string[]> {
  const failures: string[] = [];
  const serve = async (index: number): Promise<void> => {
    for (const sale of plan.tills[index]!.sales) {
      const desk = { control: counter.control, workforce, trace, at: scene.tills[index]! };
      try {
        await new Clerk(desk, sale).serve(patienceMs.sale);
      } catch (error) {
        failures.push(`sale number ${sale.no} (${sale.story}): ${messageOf(error)}`);
      }
    }
  };
  const attend = async (member: SceneMember): Promise<void> => {
    try {
      await new MemberClerk({ counter, workforce }, trace, member).serve();
    } catch (error) {
      const { no, story } = member.plan;
      failures.push(`member number ${no} (${story}): ${messageOf(error)}`);
    }
  };
  await Promise.all([...plan.tills.map((_, index) => serve(index)), ...scene.members.map(attend)]);
  return failures;
}

/** Fees and late events come in their own time: compares until nothing differs, or for as long as patience lasts. */
async function agree(counter: Counter, scene: Scene, trace: Trace): Promise<Findings> {
  const deadline = Date.now() + patienceMs.agreement;
  for (;;) {
    const findings = await compare(counter, scene, trace.answers);
    if (findings.differences.length === 0 || Date.now() > deadline) return findings;
    await setTimeout(100);
  }
}

function countBy(states: readonly string[]): Record<string, number> {
  const grouped = Object.groupBy(states, (state) => state);
  return Object.fromEntries(Object.entries(grouped).map(([state, list]) => [state, list?.length ?? 0]));
}

async function storiesOf(counter: Counter, { sales, differences }: Findings): Promise<Record<string, unknown>> {
  const concerned = sales.filter(({ id }) => differences.some((difference) => difference.includes(id)));
  return Object.fromEntries(
    await Promise.all(concerned.map(async ({ id }) => [id, await storyOf(counter, id)] as const)),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
