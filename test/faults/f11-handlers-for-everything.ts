import type { WorkflowHandle } from '@temporalio/client';
import { adviceFor, subscribedEventTypes } from '../../src/domain/events/provider-events.ts';
import { readNews } from '../../src/domain/events/provider-news.ts';
import { saleStates } from '../../src/domain/counter/sale.ts';
import * as lateEventMessages from '../../src/workflows/payments/late-event.messages.ts';
import * as saleMessages from '../../src/workflows/counter/terminal-sale.messages.ts';
import { productionSaleTiming } from '../../src/domain/counter/sale-timing.ts';
import { startTestTemporal, type TestTemporal } from '../support/temporal.ts';
import { until } from '../support/until.ts';
import { createDeliverer } from './harness/deliveries.ts';
import { openRows } from './harness/rows.ts';
import type { Fault } from './harness/types.ts';
import { withCounter } from './harness/with-counter.ts';

/** What a running workflow says it listens to, next to what its messages name. */
const workflows = {
  terminalSale: { messages: saleMessages, input: { schema: 1, saleId: 'sal_f11', timing: productionSaleTiming } },
  lateEvent: { messages: lateEventMessages, input: { schema: 1, eventRowId: 'pev_f11', saleId: 'sal_f11' } },
} as const;
const unheardOf = 'simulator.unheard_of';

export const fault: Fault = {
  id: 'F11',
  title: 'every event type that we subscribe to and every message of a workflow has a handler',
  run: async ({ log }) => {
    const events = await deliverEachType();
    log('event types delivered');
    const messages = await askEachWorkflow();
    log('workflows asked');
    const gaps = [...events.gaps, ...messages.gaps];
    return {
      pass: gaps.length === 0,
      figures:
        `${subscribedEventTypes.length} event types delivered and settled, ${unheardOf} ignored and said so, ` +
        `${messages.count} signals, updates and queries, gaps: ${gaps.join(', ') || 'none'}`,
      injections: events.count + messages.count,
    };
  },
};

interface Checked {
  readonly count: number;
  readonly gaps: readonly string[];
}

/** One event of each type, and of one that nobody has heard of, through the API, the inbox and the dispatcher. */
async function deliverEachType(): Promise<Checked> {
  const { found } = await withCounter({}, async (counter) => {
    const rows = await openRows(counter.databaseUrl);
    const secret = counter.env['STRIPE_WEBHOOK_SECRET'] ?? '';
    const sender = createDeliverer({ apiUrl: counter.apiUrl, secret, connections: 1 });
    const made = await counter.till.sell(2500);
    const types = [...subscribedEventTypes, unheardOf];
    for (const type of types) await sender.deliver(eventOf(type, made.body.id) as never);
    await until(async () => (await rows.count("SELECT COUNT(*) FROM provider_event WHERE state = 'received'")) === 0);
    const seen = await rows.all<{ type: string; state: string }>('SELECT type, state FROM provider_event');
    await counter.till.command(made.body.id, 'cancel');
    sender.close();
    await rows.close();
    const gaps = types.filter((type) => {
      const state = seen.find((row) => row.type === type)?.state;
      return type === unheardOf ? state !== 'ignored' : state === undefined || state === 'ignored' || !isJudged(type);
    });
    return { count: types.length, gaps };
  });
  return found;
}

/** In every state of a sale the type is judged, and never as one that we have no use for. */
function isJudged(type: string): boolean {
  const news = readNews(JSON.stringify(eventOf(type, 'sal_f11')));
  return saleStates.every((state) => adviceFor(news, state).kind !== 'ignored');
}

function eventOf(type: string, sale: string) {
  const object = { id: `obj_${type}`, object: type.split('.')[0], captured: false, metadata: { sale_id: sale } };
  return { id: `evt_${type}`, object: 'event', type, created: Math.floor(Date.now() / 1_000), data: { object } };
}

/** Each workflow runs and is asked what it listens to. */
async function askEachWorkflow(): Promise<Checked> {
  const attention = () => Promise.resolve({ kind: 'attention', reason: 'held open for the question' });
  const temporal = await startTestTemporal({ settleLateEvent: attention });
  try {
    const gaps: string[] = [];
    let count = 0;
    for (const [type, { messages, input }] of Object.entries(workflows)) {
      const wanted = namesOf(messages);
      const has = await handlersOf(temporal, type, input);
      count += wanted.length;
      gaps.push(...wanted.filter((name) => !has.has(name)).map((name) => `${type}.${name}`));
    }
    return { count, gaps };
  } finally {
    await temporal.close();
  }
}

/** The messages that a module defines, each with its kind. */
function namesOf(messages: object): string[] {
  return Object.values(messages)
    .filter(
      (value: unknown): value is { type: string; name: string } =>
        typeof value === 'object' && value !== null && 'type' in value && 'name' in value,
    )
    .map(({ type, name }) => `${type} ${name}`);
}

interface Metadata {
  readonly definition: Readonly<Record<string, readonly { readonly name?: string }[]>>;
}

async function handlersOf(temporal: TestTemporal, type: string, input: object): Promise<ReadonlySet<string>> {
  const options = { workflowId: `f11-${type}-${temporal.taskQueue}`, taskQueue: temporal.taskQueue, args: [input] };
  const handle: WorkflowHandle = await temporal.client.workflow.start(type, options);
  try {
    // A workflow that has not run yet has no handlers to tell of.
    await until(async () => (await handle.describe()).historyLength > 3);
    const { definition } = await handle.query<Metadata>('__temporal_workflow_metadata');
    const of = (kind: string): string[] =>
      (definition[`${kind}Definitions`] ?? []).map(({ name }) => `${kind} ${name ?? ''}`);
    return new Set(['signal', 'update', 'query'].flatMap(of));
  } finally {
    await handle.terminate('asked what it listens to');
  }
}
