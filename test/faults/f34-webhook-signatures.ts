import { ProcessorAccount } from '../../src/entities/processor-account.entity.ts';
import { unitOfWork } from '../../src/entities/orm.ts';
import { signatureHeader } from '../../simulator/webhooks/signature.ts';
import { demoNames } from '../../workers/demo/seed.ts';
import type { Counter } from '../support/counter.ts';
import { until } from '../support/until.ts';
import { createDeliverer, type Deliverer } from './harness/deliveries.ts';
import { Tally } from './harness/lanes.ts';
import { openRows, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { withCounter } from './harness/with-counter.ts';

const next = 'whsec_rotated_in';
const sizes = { full: { rounds: 200, timings: 2_000 }, small: { rounds: 2, timings: 200 } } as const;

/** What is sent: `secrets` sign, `ageSeconds` ago; `alter` changes the body afterwards. */
interface Case {
  readonly name: string;
  readonly status: 200 | 400 | 413;
  readonly secrets: (current: string) => readonly string[];
  readonly ageSeconds?: number;
  readonly alter?: (body: string) => string;
  readonly header?: (signed: string) => string | null;
  readonly padding?: number;
}

const ours = (current: string): readonly string[] => [current];
const cases: readonly Case[] = [
  { name: 'signed by us', status: 200, secrets: ours },
  { name: 'signed by the secret that is rotated in', status: 200, secrets: () => [next] },
  { name: 'signed by both while they rotate', status: 200, secrets: (current) => [current, next] },
  { name: 'signed 290 s ago', status: 200, secrets: ours, ageSeconds: 290 },
  { name: 'signed 302 s ago', status: 400, secrets: ours, ageSeconds: 302 },
  { name: 'wrong secret', status: 400, secrets: () => ['whsec_of_somebody_else'] },
  { name: 'empty secret', status: 400, secrets: () => [''] },
  { name: 'missing header', status: 400, secrets: ours, header: () => null },
  { name: 'empty header', status: 400, secrets: ours, header: () => '' },
  { name: 'no v1', status: 400, secrets: ours, header: (signed) => signed.replaceAll('v1=', 'v0=') },
  { name: 'another time', status: 400, secrets: ours, header: (signed) => signed.replace(/t=\d/, 't=9') },
  { name: 'one byte of the amount altered', status: 400, secrets: ours, alter: (body) => body.replace('2500', '2501') },
  { name: 'a space added', status: 400, secrets: ours, alter: (body) => `${body} ` },
  { name: '5 MB, signed by us', status: 413, secrets: ours, padding: 5_000_000 },
];

export const fault: Fault = {
  id: 'F34',
  title: 'a webhook with a wrong, stale, altered or missing signature, or of 5 MB, is refused and stored nowhere',
  run: async (context) => {
    const { found } = await withCounter({ env: { STRIPE_WEBHOOK_SECRET_NEXT: next } }, (counter) =>
      tryAll(counter, context),
    );
    const { answers, wrong, forged, ratio } = found;
    const even = ratio > 0.5 && ratio < 2;
    return {
      pass: wrong.length === 0 && even,
      figures:
        `${cases.length} cases: ${answers.toString()}; not as the table says: ${wrong.join(', ') || 'none'}; ` +
        `a signature wrong in its first byte takes ${ratio.toFixed(2)} times as long as one wrong in its last`,
      injections: forged,
    };
  },
};

interface Stage {
  readonly counter: Counter;
  readonly sender: Deliverer;
  readonly rows: Rows;
}

async function tryAll(counter: Counter, { size, random }: FaultContext) {
  await rotate(counter);
  const rows = await openRows(counter.databaseUrl);
  const secret = counter.env['STRIPE_WEBHOOK_SECRET'] ?? '';
  const sender = createDeliverer({ apiUrl: counter.apiUrl, secret, connections: 4 });
  const stage = { counter, sender, rows };
  const answers = new Tally();
  const wrong: string[] = [];
  let forged = 0;
  try {
    // The account's new secret counts within seconds.
    await until(async () => (await send(stage, cases[1]!, 'warm')).status === 200);
    for (let round = 0; round < sizes[size].rounds; round += 1) {
      for (const one of random.shuffled(cases)) {
        const id = `evt_${round}_${cases.indexOf(one)}`;
        const { status } = await send(stage, one, id);
        answers.add(String(status));
        forged += one.status === 200 ? 0 : 1;
        const stored = await rows.count('SELECT COUNT(*) FROM provider_event WHERE event_key = ?', [id]);
        if (status !== one.status || stored !== (one.status === 200 ? 1 : 0))
          wrong.push(`${one.name}: ${status}, stored ${stored}`);
      }
    }
    return { answers, wrong, forged, ratio: await timingRatio(stage, sizes[size].timings) };
  } finally {
    sender.close();
    await rows.close();
  }
}

/** Two secrets are active, as while an endpoint's secret is being rolled. */
async function rotate({ orm }: Counter): Promise<void> {
  const em = unitOfWork(orm);
  const account = await em.findOneOrFail(ProcessorAccount, { externalRef: demoNames.account });
  account.webhookSecretRefs = 'STRIPE_WEBHOOK_SECRET,STRIPE_WEBHOOK_SECRET_NEXT';
  await em.flush();
}

function send({ counter, sender }: Stage, one: Case, id: string) {
  const body = eventBody(id, one.padding ?? 0);
  const at = Math.floor(Date.now() / 1_000) - (one.ageSeconds ?? 0);
  const signed = signatureHeader(one.secrets(counter.env['STRIPE_WEBHOOK_SECRET'] ?? ''), at, body);
  return sender.send(one.alter?.(body) ?? body, one.header === undefined ? signed : one.header(signed));
}

/** Of a type that we take and a payment that is nobody's. */
function eventBody(id: string, padding: number): string {
  const object = { id: 'pi_of_nobody', object: 'payment_intent', amount: 2500, description: 'x'.repeat(padding) };
  return JSON.stringify({
    id,
    object: 'event',
    type: 'payment_intent.succeeded',
    created: 1_790_000_000,
    data: { object },
  });
}

/** Median time of the answer to a signature whose first byte is wrong, over that of one whose last byte is. */
async function timingRatio({ counter, sender }: Stage, times: number): Promise<number> {
  const body = eventBody('evt_timing', 0);
  const took: Record<'first' | 'last', number[]> = { first: [], last: [] };
  for (let n = 0; n < times; n += 1) {
    const where = n % 2 === 0 ? 'first' : 'last';
    const signed = signatureHeader([counter.env['STRIPE_WEBHOOK_SECRET'] ?? ''], Math.floor(Date.now() / 1_000), body);
    const at = where === 'first' ? signed.indexOf('v1=') + 3 : signed.length - 1;
    const forged = `${signed.slice(0, at)}${signed[at] === '0' ? '1' : '0'}${signed.slice(at + 1)}`;
    took[where].push((await sender.send(body, forged)).tookMs);
  }
  return median(took.first) / median(took.last);
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}
