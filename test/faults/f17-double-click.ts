import { randomUUID } from 'node:crypto';
import type { Counter } from '../support/counter.ts';
import { until } from '../support/until.ts';
import { openDesks, type Desk } from './harness/desks.ts';
import { Tally } from './harness/lanes.ts';
import { openRows, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { withCounter } from './harness/with-counter.ts';

const clicks = 50;
const sizes = { full: { rounds: 20 }, small: { rounds: 1 } } as const;

export const fault: Fault = {
  id: 'F17',
  title: `${clicks} clicks under one key make one payment, and under ${clicks} keys one payment and ${clicks - 1} clear refusals`,
  run: async (context) => {
    // Sales that were refused the reader end by themselves.
    const { found } = await withCounter({ timing: { retryMs: 300 } }, (counter) => play(counter, context));
    const { rounds } = sizes[context.size];
    const { answers, intents } = found;
    const refusedAll = answers.of('other keys: 409 reader_in_use') === rounds * (clicks - 1);
    const madeOne = answers.of('same key: 201') === rounds * clicks && answers.of('other keys: 201') === rounds;
    return {
      pass: refusedAll && madeOne && intents === rounds * 2,
      figures: `${rounds} rounds, ${intents} payments made at the processor for ${rounds * 2} sales; ${answers.toString()}`,
      injections: answers.total,
    };
  },
};

async function play(counter: Counter, { size }: FaultContext): Promise<{ answers: Tally; intents: number }> {
  const answers = new Tally();
  const rows = await openRows(counter.databaseUrl);
  const [desk] = await openDesks(counter, 1);
  if (desk === undefined) throw new Error('There is no desk.');
  try {
    for (let round = 0; round < sizes[size].rounds; round += 1) {
      await clickUnderOneKey(counter, desk, answers);
      await clickUnderManyKeys(counter, desk, answers);
      await everySaleIsOver(rows);
    }
  } finally {
    await rows.close();
  }
  const { totals } = await counter.control.counters();
  return { answers, intents: totals.intents };
}

async function clickUnderOneKey({ control }: Counter, desk: Desk, answers: Tally): Promise<void> {
  const key = randomUUID();
  const all = await Promise.all(Array.from({ length: clicks }, () => desk.till.sell(2500, {}, key)));
  for (const { status } of all) answers.add(`same key: ${status}`);
  const bodies = new Set(all.map(({ text }) => text));
  if (bodies.size !== 1) throw new Error(`One key was given ${bodies.size} different answers.`);
  await payFor({ control }, desk, all[0]?.body.id ?? '');
}

async function clickUnderManyKeys({ control }: Counter, desk: Desk, answers: Tally): Promise<void> {
  const all = await Promise.all(Array.from({ length: clicks }, () => desk.till.sell(2500)));
  const made = all.filter(({ status }) => status === 201);
  for (const { status, body } of all) answers.add(`other keys: ${status}${status === 201 ? '' : ` ${body.code}`}`);
  const holder = made[0]?.body.id ?? '';
  const misled = all.filter(({ status, body }) => status === 409 && body.heldBy !== holder);
  if (misled.length > 0) throw new Error(`${misled.length} tills were not told that ${holder} holds the reader.`);
  await payFor({ control }, desk, holder);
}

async function payFor({ control }: Pick<Counter, 'control'>, desk: Desk, sale: string): Promise<void> {
  await control.reader(desk.reader).tap('4242424242424242');
  await desk.till.until(sale, 'posted');
}

/** The next round begins at a free reader. */
function everySaleIsOver(rows: Rows): Promise<void> {
  const open = "SELECT COUNT(*) FROM sale WHERE state NOT IN ('posted', 'canceled', 'expired', 'never_begun')";
  return until(async () => (await rows.count(open)) === 0, { withinMs: 30_000 });
}
