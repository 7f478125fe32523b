import { randomUUID } from 'node:crypto';
import { demoNames } from '../../workers/demo/seed.ts';
import type { PayoutScene, ShownPayout } from '../support/payout-scene.ts';
import type { MadePayout } from '../support/payouts.ts';
import { expectBooksInOrder } from '../support/sale-book.ts';
import type { Answer } from '../support/till.ts';
import { openTransferScene } from '../support/transfer-scene.ts';
import { until } from '../support/until.ts';
import { inLanes, Tally } from './harness/lanes.ts';
import { proveCents, raceTransfer } from './harness/payout-stories.ts';
import { rowsOf } from './harness/query.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { each: 100, lanes: 6 }, small: { each: 2, lanes: 2 } };

export const fault: Fault = {
  id: 'F24',
  title:
    'words on a payout that race each other, a file, a transfer or a person are booked once: none is credited or undone twice',
  run,
};

/** Who is heard before the other begins; `together`: nobody. */
export type Head = 'one' | 'other' | 'together';

export interface Round {
  readonly scene: PayoutScene;
  readonly head: Head;
  readonly random: FaultContext['random'];
}

/** What came of a race: the payout to count, and who was first. */
export interface Outcome {
  readonly payout: MadePayout;
  readonly first: string;
  /** What was taken back of a transfer that is still paid, in minor units. */
  readonly backMinor?: number;
}

type Race = (round: Round) => Promise<Outcome>;

async function run({ size, random, log }: FaultContext): Promise<FaultReport> {
  const { each, lanes } = sizes[size];
  const scene = await openTransferScene({
    ...{ API_RATE_LIMIT_PER_MINUTE: '1000000', API_DEADLINE_MS: '60000' },
    // Those that are left in a file would look again and again, and a hundred of them would starve the rest.
    PAYOUT_TIMING: JSON.stringify({ lookMs: 3_600_000 }),
  });
  const lines: string[] = [];
  let isEven = true;
  try {
    await scene.counter.control.balance.setAvailable('aud', 1_000_000_000, demoNames.account);
    for (const [name, race] of Object.entries(races)) {
      const won = new Tally();
      const places = Array.from({ length: lanes }, (_, lane) => lane);
      await inLanes(places, random.shuffled(headsOf(each)), async (_lane, head) => {
        const outcome = await race({ scene, head, random });
        await proveCents(scene, outcome);
        won.add(outcome.first);
      });
      isEven &&= race === sentBackThrice || isBothSides(won, each);
      lines.push(`${name}: ${won.toString()}`);
      log(`${lines.at(-1)}, to the cent`);
    }
    await expectBooksInOrder(scene.counter.databaseUrl);
  } finally {
    await scene.counter.close();
  }
  const count = Object.keys(races).length * each;
  return { pass: isEven, figures: `${count} races: ${lines.join('; ')}`, injections: count };
}

/** A quarter with either side ahead, and half of them with both at once. */
function headsOf(each: number): Head[] {
  return Array.from({ length: each }, (_, n) => (['one', 'other', 'together', 'together'] as const)[n % 4] ?? 'one');
}

/** Both sides are first in more than a tenth. */
function isBothSides({ counts }: Tally, each: number): boolean {
  return counts.length === 2 && counts.every((count) => count > each / 10);
}

/** Both, in the order that `head` says; answers theirs. */
async function inOrder<One, Other>(
  head: Head,
  one: () => Promise<One>,
  other: () => Promise<Other>,
): Promise<[One, Other]> {
  if (head === 'together') return Promise.all([one(), other()]);
  if (head === 'one') return [await one(), await other()];
  const second = await other();
  return [await one(), second];
}

const sentBackThrice: Race = async ({ scene }) => {
  const payout = await scene.planned();
  await scene.file(payout.run);
  await scene.act(payout.id, 'confirmation');
  const answers = await Promise.all([1, 2, 3].map(() => scene.act(payout.id, 'return')));
  expectStatuses(answers, [200]);
  await mustBe(scene, payout, ['returned']);
  return { payout, first: 'returned' };
};

const paidOrSentBack: Race = async ({ scene, head }) => {
  const payout = await scene.planned();
  const filed = await scene.file(payout.run);
  if (filed.status !== 201) throw new Error(`No file was made: ${filed.status} ${JSON.stringify(filed.body)}`);
  await inOrder(
    head,
    () => scene.act(payout.id, 'confirmation'),
    () => tellReturn(scene, payout),
  );
  await mustBe(scene, payout, ['returned']);
  const paidFirst = (await postings(scene, payout)).includes('payout-confirmed');
  return { payout, first: paidFirst ? 'paid' : 'sent back' };
};

/** The bank's file says that it came back; resolves when it has been taken to heart. */
async function tellReturn({ counter }: PayoutScene, { no }: MadePayout): Promise<void> {
  const word = { reference: `PO-${no}-1`, result: 'returned', reason: 'account closed' };
  const told = await counter.till.post<{ id: string }>('/v1/bank-results', { results: [word] }, randomUUID());
  if (told.status !== 202) throw new Error(`The bank’s file was answered ${told.status}: ${told.text}`);
  const read = () => counter.till.get<{ lines: { outcome: string }[] }>(`/v1/bank-results/${told.body.id}`);
  await until(async () => (await read()).body.lines.every(({ outcome }) => outcome !== 'pending'), {
    withinMs: 60_000,
    everyMs: 100,
  });
}

const retriedOrGivenUp: Race = async ({ scene, head }) => {
  const payout = await scene.planned();
  await scene.file(payout.run);
  await scene.act(payout.id, 'return');
  const [retries, reversal] = await inOrder(
    head,
    () => Promise.all([scene.act(payout.id, 'retry'), scene.act(payout.id, 'retry')]),
    () => scene.act(payout.id, 'reversal'),
  );
  expectStatuses([...retries, reversal], [200, 409]);
  const { state, attempt } = await scene.show(payout.id);
  const taken = retries.filter(({ status }) => status === 200).length;
  if (state !== 'reversed' || attempt !== taken + 1 || taken > 1) {
    throw new Error(`${taken} of two retries were taken; attempt ${attempt} is ${state}.`);
  }
  return { payout, first: taken === 1 ? 'a retry' : 'giving up' };
};

const filedOrGivenUp: Race = async ({ scene, head }) => {
  const payout = await scene.planned();
  const [filed, reversal] = await inOrder(
    head,
    () => scene.file(payout.run),
    () => scene.act(payout.id, 'reversal'),
  );
  expectStatuses([reversal], [200, 409]);
  const { state } = await scene.show(payout.id);
  const isInFile = filed.status === 201;
  if (isInFile !== (state === 'filed')) throw new Error(`File: ${filed.status}, and the payout is ${state}.`);
  return { payout, first: isInFile ? 'the file' : 'giving up' };
};

const races: Readonly<Record<string, Race>> = {
  'three returns after paid': sentBackThrice,
  'paid and sent back': paidOrSentBack,
  'two retries and giving up': retriedOrGivenUp,
  'a file and giving up': filedOrGivenUp,
  'a transfer paid and taken back': raceTransfer,
};

function expectStatuses(answers: readonly Answer<ShownPayout>[], allowed: readonly number[]): void {
  const odd = answers.find(({ status }) => !allowed.includes(status));
  if (odd !== undefined) throw new Error(odd.text);
}

async function mustBe(scene: PayoutScene, { id }: MadePayout, states: readonly string[]): Promise<void> {
  const { state } = await scene.show(id);
  if (!states.includes(state)) throw new Error(`Payout ${id} is ${state}, and not ${states.join(' or ')}.`);
}

async function postings({ counter }: PayoutScene, { id }: MadePayout): Promise<string[]> {
  const sql = 'SELECT kind FROM ledger_transaction WHERE payout_id = ? ORDER BY recorded_at, id';
  return (await rowsOf<{ kind: string }>(counter.databaseUrl, sql, [id])).map(({ kind }) => kind);
}
