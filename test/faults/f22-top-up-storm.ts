import type { Counter } from '../support/counter.ts';
import { Host, linesOf } from '../support/members.ts';
import { memberWithCard } from '../support/saved-card.ts';
import { until } from '../support/until.ts';
import { inLanes } from './harness/lanes.ts';
import { rowsOf } from './harness/query.ts';
import { withMembers } from './harness/with-counter.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { members: 200, lanes: 8 }, small: { members: 6, lanes: 3 } };
/** Each takes 3.00 of a balance of 20.00, so that the first already leaves too little. */
const spendsAtOnce = 5;
const spendMinor = 300;
const laterMinor = 100;
const autoMinor = 10_000;
const startMinor = 2_000;
const perDayMax = 3;
const hourMs = 3_600_000;

/** Members' cards say no for now, all at once; then they say yes. No clock is turned: an hour later is written into the row. */
export const fault: Fault = {
  id: 'F22',
  title: 'a storm of spends below the line charges each card once, leaves it alone for an hour, and never runs away',
  run,
};

async function run({ size, log }: FaultContext): Promise<FaultReport> {
  const { members: count, lanes } = sizes[size];
  const env = { TOP_UP_LIMITS: JSON.stringify({ AUD: { autoPerDayMax: perDayMax } }), API_DEADLINE_MS: '60000' };
  const { found } = await withMembers({ env }, async (counter) => {
    const storm: Storm = { counter, host: new Host(counter), lanes };
    const members = await furnish(storm, count);
    log(`${count} members with a card that is refused for now`);
    const refused = await whileRefused(storm, members);
    log(
      `${refused.charges} charges for ${count * spendsAtOnce} spends, ${refused.more} more while they were left alone`,
    );
    const recovered = await afterRecovery(storm, members);
    log(`${recovered} charges when the cards recovered`);
    return { refused, recovered, capped: await runaway(storm, members[0] ?? '') };
  });
  const { refused, recovered, capped } = found;
  return {
    pass:
      refused.charges === count && refused.more === 0 && refused.shortest >= hourMs && recovered === count && capped,
    figures:
      `${count * spendsAtOnce} spends of ${count} members: ${refused.charges} charges refused, ${refused.more} more while backing off, ` +
      `left alone for ${(refused.shortest / hourMs).toFixed(2)} h at least; recovered: ${recovered} charges; the cap of a day ${capped ? 'held and told a person' : 'did not hold'}`,
    injections: count * (spendsAtOnce + 2),
  };
}

interface Storm {
  readonly counter: Counter;
  readonly host: Host;
  readonly lanes: number;
}

async function furnish(storm: Storm, count: number): Promise<readonly string[]> {
  const { counter, host } = storm;
  const members = await each(storm, Array.from({ length: count }, String), () =>
    memberWithCard(counter, host, { balanceMinor: startMinor, autoMinor }),
  );
  await behave(storm, members, 'insufficient_funds');
  return members;
}

async function whileRefused(storm: Storm, members: readonly string[]) {
  const before = await attempts(storm);
  const began = new Date().toISOString().replace('T', ' ').replace('Z', '');
  await each(storm, members, (member) =>
    Promise.all(Array.from({ length: spendsAtOnce }, () => spend(storm, member, spendMinor))),
  );
  await settled(storm);
  const charges = (await attempts(storm)) - before;
  const [row] = await rowsOf<{ micros: number | string | null }>(
    storm.counter.databaseUrl,
    'SELECT MIN(COALESCE(TIMESTAMPDIFF(MICROSECOND, ?, back_off_until), 0)) AS micros FROM auto_top_up',
    [began],
  );
  const shortest = Number(row?.micros ?? 0) / 1_000;
  await each(storm, members, (member) => spend(storm, member, laterMinor));
  await settled(storm);
  return { charges, shortest, more: (await attempts(storm)) - before - charges };
}

async function afterRecovery(storm: Storm, members: readonly string[]): Promise<number> {
  await behave(storm, members, 'ok');
  await rowsOf(
    storm.counter.databaseUrl,
    'UPDATE auto_top_up SET back_off_until = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND',
  );
  const before = await attempts(storm);
  await each(storm, members, (member) => spend(storm, member, laterMinor));
  await settled(storm);
  const left = startMinor - spendsAtOnce * spendMinor - 2 * laterMinor + autoMinor;
  await until(async () => (await linesOf(storm.counter, `member/${members.at(-1) ?? ''}`)).at(-1)?.balance === left, {
    withinMs: 30_000,
  });
  return (await attempts(storm)) - before;
}

/** Two charges stand already; a third is the last of the day, and a fourth is not made. */
async function runaway(storm: Storm, member: string): Promise<boolean> {
  const { counter, host } = storm;
  const club = { organisation: counter.shop.site.organisationId };
  const before = await attempts(storm);
  const third = await host.pay(member, club, 20_000);
  const fourth = await host.pay(member, club, 40_000);
  const made = (await attempts(storm)) - before;
  const run = await counter.temporal.workflow.getHandle(`topup-${member}`).describe();
  const told = run.typedSearchAttributes.getAll().some(({ value }) => String(value).includes('run away'));
  // The checkout of the fourth is a payment at the processor too.
  return third.body.status === 'paid' && fourth.body.status === 'checkout_required' && made === 2 && told;
}

async function spend({ counter, host }: Storm, member: string, amount: number): Promise<void> {
  const { body, text } = await host.pay(member, { organisation: counter.shop.site.organisationId }, amount);
  if (body.status !== 'paid') throw new Error(text);
}

/** Payments made at the processor, whatever became of them. */
async function attempts({ counter }: Storm): Promise<number> {
  return (await counter.control.counters()).totals.intents;
}

/** No need is open and no charge under way: what the spends asked for has been answered. */
async function settled({ counter }: Storm): Promise<void> {
  const open = `SELECT (SELECT COUNT(*) FROM top_up_need WHERE state = 'open')
    + (SELECT COUNT(*) FROM top_up WHERE kind = 'auto' AND state IN ('created', 'unresolved')) AS open`;
  const running = `WorkflowType IN ('interactivePayment', 'autoTopUp') AND ExecutionStatus = 'Running' AND TaskQueue = '${counter.env['TASK_QUEUE_PAYMENTS'] ?? ''}'`;
  await until(
    async () => {
      const [row] = await rowsOf<{ open: number | string }>(counter.databaseUrl, open);
      return Number(row?.open) === 0 && (await counter.temporal.workflow.count(running)).count === 0;
    },
    { withinMs: 120_000 },
  );
}

async function behave(storm: Storm, members: readonly string[], how: 'insufficient_funds' | 'ok'): Promise<void> {
  const rows = await rowsOf<{ ref: string }>(
    storm.counter.databaseUrl,
    'SELECT payment_method_ref AS ref FROM auto_top_up WHERE payment_method_ref IS NOT NULL',
  );
  if (rows.length !== members.length) throw new Error(`${rows.length} cards of ${members.length} members`);
  await each(storm, rows, ({ ref }) => storm.counter.control.paymentMethod(ref).behave(how));
}

function each<T, R>({ lanes }: Storm, things: readonly T[], act: (thing: T) => Promise<R>): Promise<R[]> {
  return inLanes(
    Array.from({ length: lanes }, (_, lane) => lane),
    things,
    (_lane, thing) => act(thing),
  );
}
