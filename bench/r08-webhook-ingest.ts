import type { Bench, BenchContext, Figure } from './contract.ts';
import { processTimes, usedBetween } from './support/process-time.ts';
import { countOf, mustEqual, type Queryable } from './support/proof.ts';
import { alternate, type Side } from './support/rounds.ts';
import { services } from './support/surroundings.ts';
import { openSystem, type BenchSystem } from './support/system.ts';
import { WebhookCallers } from './support/webhook-callers.ts';
import { sampleEvents, webhookRequests } from './support/webhook-events.ts';
import { startBareServer } from './support/webhook-servers.ts';

const callers = 16;
/** Deliveries of one round, for each second that it is asked to last. */
const deliveriesPerSecond = 2_000;

/** The public API, with all it does around a webhook, against the least that could be called the same. */
export const webhookIngest: Bench = {
  id: 'R8',
  title: 'webhook ingest (verify, dedupe, store, 2xx) against bare Koa with verify and one insert',
  async run(context) {
    return compare(context, await openSystem(context, { readers: 1, without: ['worker', 'jobs'] }));
  },
};

async function compare(context: BenchContext, system: BenchSystem): Promise<readonly Figure[]> {
  const deliveries = await deliveriesOf(context, system);
  const bare = await startBareServer(context, system, { callers, inserts: true });
  const verifying = await startBareServer(context, system, { callers, inserts: false });
  const ours = await deliveries.to({ name: 'ours', url: system.apiUrl, pid: system.pids['api'] ?? 0 });
  const theirs = await deliveries.to({ name: 'bare Koa', ...bare });
  const only = await deliveries.to({ name: 'Koa and verify alone', ...verifying });
  const before = await stored(system.database);
  const main = await alternate(context, { ours, theirs, unit: 'webhooks/s' });
  const further = await alternate(context, { ours, theirs: only, unit: 'webhooks/s' });
  mustEqual('Events that we stored', (await stored(system.database)) - before, ours.delivered());
  mustEqual('Events that bare Koa stored', await stored(bare.database), theirs.delivered());
  context.say(`of Koa with verify alone: ${further.ratio.toFixed(2)} (the goal comes to 0.70, quality.md R8)`);
  return [{ unit: 'ratio', value: main.ratio, goal: 2, floor: 0.9, better: 'more' }];
}

interface Target {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
}

interface DeliveringSide extends Side {
  delivered(): number;
}

/** Sides that deliver different events in each round, all made before the clock runs. */
async function deliveriesOf(
  context: BenchContext,
  system: BenchSystem,
): Promise<{ to(target: Target): Promise<DeliveringSide> }> {
  const samples = await sampleEvents(system);
  const perRound = Math.ceil(context.seconds * deliveriesPerSecond);
  let rounds = 0;
  const requests = () => {
    rounds += 1;
    return webhookRequests(samples, { secret: system.webhookSecret, count: perRound, name: String(rounds) });
  };
  return {
    to: async ({ name, url, pid }) => {
      const sockets = await WebhookCallers.open(context, url, callers);
      let delivered = 0;
      const run = async (): Promise<number> => {
        const made = requests();
        const pids = { server: pid, mariadb: services()['mariadb']?.pid ?? pid, client: process.pid };
        const before = processTimes(pids);
        const perSecond = await sockets.deliver(made);
        delivered += made.length;
        const used = usedBetween(before, processTimes(pids), made.length / 1_000);
        context.say(`  ${name}: ${perSecond.toFixed(0)}/s, CPU-µs each: ${used}`);
        return perSecond;
      };
      return { name, run, delivered: () => delivered };
    },
  };
}

const stored = (database: Queryable): Promise<number> => countOf(database, 'SELECT COUNT(*) FROM provider_event');
