import type { Bench, BenchContext, Figure } from './contract.ts';
import { countOf, mustEqual } from './support/proof.ts';
import { inPairs } from './support/rounds.ts';
import { openSystem, type BenchSystem } from './support/system.ts';
import { WebhookCallers } from './support/webhook-callers.ts';
import { sampleEvents, webhookRequests, type WebhookRequest } from './support/webhook-events.ts';
import { startAnotherApi } from './support/webhook-servers.ts';

const callers = 16;
const deliveriesPerSecond = 1_500;

/** A storm of retries: the same events once more, to the process that took them and to one that never saw them. */
export const duplicateWebhook: Bench = {
  id: 'R9',
  title: 'a webhook that was delivered before, against its first delivery',
  async run(context) {
    const system = await openSystem(context, { readers: 1, without: ['worker', 'jobs'] });
    const another = await startAnotherApi(context, system);
    const first = await WebhookCallers.open(context, system.apiUrl, callers);
    const second = await WebhookCallers.open(context, another.url, callers);
    const storm = await stormOf(context, system, first);
    const figures = [
      await compare(context, storm, { when: 'at the process that took it', again: first }),
      await compare(context, storm, { when: 'at another process', again: second }),
    ];
    const stored = "SELECT COUNT(*) FROM provider_event WHERE event_key LIKE 'evt\\_bench\\_%'";
    mustEqual('Rows of the inbox', await countOf(system.database, stored), storm.made());
    return figures;
  },
};

interface Storm {
  /** Delivers new events for the first time and answers how long one took, in ms. */
  readonly first: () => Promise<number>;
  /** What `first` delivered last. */
  readonly last: () => readonly WebhookRequest[];
  readonly made: () => number;
}

async function stormOf(context: BenchContext, system: BenchSystem, to: WebhookCallers): Promise<Storm> {
  const samples = await sampleEvents(system);
  const count = Math.ceil(context.seconds * deliveriesPerSecond);
  let last: readonly WebhookRequest[] = [];
  let made = 0;
  return {
    first: async () => {
      last = webhookRequests(samples, { secret: system.webhookSecret, count, name: String(made) });
      made += count;
      return 1_000 / (await to.deliver(last));
    },
    last: () => last,
    made: () => made,
  };
}

interface Again {
  readonly when: string;
  readonly again: WebhookCallers;
}

/** A duplicate cannot come before what it repeats, so the order within a round is fixed. */
async function compare(context: BenchContext, storm: Storm, { when, again }: Again): Promise<Figure> {
  context.say(when);
  const words = { ours: 'duplicate', theirs: 'first delivery', unit: 'ms each' };
  const { ratio } = await inPairs(context, words, async () => {
    const theirs = await storm.first();
    return { theirs, ours: 1_000 / (await again.deliver(storm.last())) };
  });
  return { unit: 'cost', when, value: ratio, goal: 0.4, floor: 0.7, better: 'less' };
}
