import { demoNames } from '../../workers/demo/seed.ts';
import { forkWorker, killHard, type Counter } from '../support/counter.ts';
import { until } from '../support/until.ts';
import { Tally } from './harness/lanes.ts';
import { afflict, afflictions, type Affliction } from './harness/afflictions.ts';
import { onlyWhatIsDelivered, withCounter } from './harness/with-counter.ts';
import type { Fault, FaultContext } from './harness/types.ts';

/** A call to Stripe and the story in which it is made. */
interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly story: 'captured' | 'canceled';
  /**
   * Nobody waits for this call: a reader must not keep a payment from being canceled, and a sweep comes again while
   * sales are open.
   */
  readonly unawaited?: true;
  /** Made by a sweep, and only while a sale is open. */
  readonly swept?: true;
}

const calls: readonly Call[] = [
  { method: 'POST', path: '/v1/payment_intents', story: 'captured' },
  { method: 'POST', path: '/v1/terminal/readers/:id/process_payment_intent', story: 'captured' },
  { method: 'GET', path: '/v1/payment_intents/:id', story: 'captured' },
  { method: 'POST', path: '/v1/payment_intents/:id/capture', story: 'captured' },
  { method: 'GET', path: '/v1/charges/:id', story: 'captured' },
  { method: 'GET', path: '/v1/events', story: 'captured', unawaited: true, swept: true },
  { method: 'GET', path: '/v1/terminal/readers/:id', story: 'canceled', unawaited: true },
  { method: 'POST', path: '/v1/terminal/readers/:id/cancel_action', story: 'canceled', unawaited: true },
  { method: 'POST', path: '/v1/payment_intents/:id/cancel', story: 'canceled' },
];
const writes = calls.filter(({ method, unawaited }) => method === 'POST' && unawaited !== true);
const timeoutMs = 400;

export const fault: Fault = {
  id: 'F13',
  title: 'nine calls to the processor, each met by five faults, have one effect each under one key',
  run: async (context) => {
    const cells = cellsOf(context);
    const env = { EVENT_SWEEP_MS: '200', STRIPE_TIMEOUT_MS: String(timeoutMs) };
    const { found: tries } = await withCounter({ ...onlyWhatIsDelivered, env }, async (counter) => {
      const seen = new Tally();
      for (const cell of cells) {
        const began = performance.now();
        seen.add(cell.affliction, await play(counter, cell));
        context.log(
          `${cell.call.method} ${cell.call.path}, ${cell.affliction}: ${Math.round(performance.now() - began)} ms`,
        );
      }
      return seen;
    });
    const restarts = context.size === 'full' ? await playRestarts(context) : 0;
    const unlucky = restarts > 0 ? `, ${restarts} writes whose worker was killed kept their key` : '';
    return {
      pass: true,
      figures: `${cells.length} of 45 cells, one effect and one key in each, tries: ${tries.toString()}${unlucky}`,
      injections: cells.length + restarts,
    };
  },
};

interface Cell {
  readonly call: Call;
  readonly affliction: Affliction;
}

/** All of them; or each affliction once, at a call that the seed gives. */
function cellsOf({ size, random }: FaultContext): readonly Cell[] {
  if (size === 'full') return calls.flatMap((call) => afflictions.map((affliction) => ({ call, affliction })));
  const drawn = random.shuffled(calls);
  return afflictions.map((affliction, n) => ({ call: drawn[n]!, affliction }));
}

/** Plays one sale in which the call is met by the fault once; answers how often the call was made. */
async function play(counter: Counter, { call, affliction }: Cell): Promise<number> {
  const where = `${call.method} ${call.path} with ${affliction}`;
  await counter.control.forgetRequests();
  const struck = await afflict(counter.control, call, affliction);
  const sale = await tell(counter, call.story, call.swept === true ? struck : undefined);
  if (call.swept !== true) await struck();
  await assertOneEffect(counter, { sale, story: call.story, where });
  // What was carried out before the silence may be found by looking, without being sent again.
  const mustRepeat = call.unawaited !== true && affliction !== 'time-out after commit';
  const tries = () => counter.control.requests({ method: call.method, path: call.path });
  if (mustRepeat) await until(async () => (await tries()).length >= 2);
  const own = await tries();
  const keys = new Set(own.map((request) => request.idempotency_key));
  if (call.method === 'POST' && keys.size !== 1) throw new Error(`${where}: keys ${[...keys].join(', ')}`);
  return own.length;
}

/** From the till to the end of a sale, with `whileOpen` in the middle; answers its id. */
async function tell(
  { till, control }: Counter,
  story: Call['story'],
  whileOpen?: () => Promise<void>,
): Promise<string> {
  const made = await till.sell(2500, { captureMode: 'manual' });
  const sale = made.body.id;
  await till.until(sale, 'awaiting_card', 30_000);
  await whileOpen?.();
  if (story === 'canceled') {
    await till.command(sale, 'cancel');
    await till.until(sale, 'canceled', 30_000);
    return sale;
  }
  await control.reader(demoNames.reader).tap('4242424242424242');
  await till.until(sale, 'authorized', 30_000);
  await till.command(sale, 'capture');
  await till.until(sale, 'posted', 30_000);
  return sale;
}

interface Told {
  readonly sale: string;
  readonly story: Call['story'];
  readonly where: string;
}

async function assertOneEffect(counter: Counter, { sale, story, where }: Told): Promise<void> {
  const { by_metadata: totals } = await counter.control.counters();
  const own = totals['sale_id']?.[sale];
  const taken = story === 'captured' ? 1 : 0;
  const isOne = own?.intents === 1 && own.authorizations === taken && own.captures === taken;
  if (!isOne || own.captured_minor !== taken * 2500) throw new Error(`${where}: ${JSON.stringify(own)}`);
}

/** The answer of each write is held back, the worker killed, and another one started. */
async function playRestarts({ log }: FaultContext): Promise<number> {
  const options = { ...onlyWhatIsDelivered, env: { STRIPE_TIMEOUT_MS: '20000' }, without: ['worker'] as const };
  await withCounter(options, async (counter) => {
    let worker = await forkWorker(counter);
    try {
      for (const call of writes) {
        await counter.control.forgetRequests();
        const gate = await counter.control.holdResponse(
          { method: 'POST', path: call.path },
          { stage: 'after', times: 1 },
        );
        const telling = tell(counter, call.story).catch((error: unknown) => error);
        await gate.held();
        await killHard(worker);
        await gate.drop();
        worker = await forkWorker(counter);
        const sale = await telling;
        if (typeof sale !== 'string') throw sale;
        const where = `${call.path} over a restart`;
        await assertOneEffect(counter, { sale, story: call.story, where });
        const tries = await counter.control.requests({ method: 'POST', path: call.path });
        const keys = new Set(tries.map((request) => request.idempotency_key));
        if (keys.size !== 1) throw new Error(`${where}: keys ${[...keys].join(', ')}`);
        log(`${where}: ${tries.length} tries under ${[...keys].join()}`);
      }
    } finally {
      await killHard(worker);
    }
  });
  return writes.length;
}
