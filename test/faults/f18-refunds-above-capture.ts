import { randomUUID } from 'node:crypto';
import { demoNames } from '../../workers/demo/seed.ts';
import type { Counter } from '../support/counter.ts';
import { Host, linesOf } from '../support/members.ts';
import { askBack, giveBack, paidCard, type PaidCard, type ShownRefund } from '../support/refunds.ts';
import { until } from '../support/until.ts';
import { Tally } from './harness/lanes.ts';
import { rowsOf } from './harness/query.ts';
import type { Random } from './harness/random.ts';
import { withMembers } from './harness/with-counter.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const cardMinor = 10_000;
/** All that a member gets back of `cardMinor`, the fee of 3 % taken off. */
const toCardMinor = 9_700;
const sizes = { full: { rounds: 5, crowd: 100 }, small: { rounds: 1, crowd: 30 } };

export const fault: Fault = {
  id: 'F18',
  title: 'refunds at the same moment give back no more than was captured, and the same one is given once',
  run,
};

async function run({ size, random, log }: FaultContext): Promise<FaultReport> {
  const { rounds, crowd } = sizes[size];
  const seen = new Tally();
  // A wish that waits for its turn is answered all the same, so that answers can be counted.
  const env = { API_DEADLINE_MS: '60000', REFUND_TIMING: JSON.stringify({ ladderMs: [500] }) };
  const { proof } = await withMembers({ env }, async (counter) => {
    await counter.control.balance.setAvailable('aud', 100_000_000, demoNames.account);
    const host = new Host(counter);
    const desk = { counter, host, seen };
    for (let round = 1; round <= rounds; round += 1) {
      const given = await crowdOfParts(desk, random, crowd);
      for (const way of ['one key', 'other keys', 'by hand'] as const) await sameThrice(desk, way);
      log(
        `round ${round}: ${crowd} refunds at once gave back ${given} of ${cardMinor} cents; the same three times, once`,
      );
    }
  });
  const injections = rounds * (crowd + 9);
  const figures = `${rounds} rounds of ${crowd} at once, never above the captured ${cardMinor}; answers ${seen.toString()}; processor and book agree: captured ${proof.capturedMinor}, given back ${proof.refundedMinor} in ${proof.refunds} refunds`;
  return { pass: true, figures, injections };
}

interface Desk {
  readonly counter: Counter;
  readonly host: Host;
  readonly seen: Tally;
}

/** Parts of one card payment that are more than it together, all asked for at once. Answers what was given back. */
async function crowdOfParts({ counter, host, seen }: Desk, random: Random, crowd: number): Promise<number> {
  const card = await paidCard({ counter, host }, { cardMinor, balanceMinor: cardMinor });
  // Each between once and three times its share, so that about half of them fit.
  const share = Math.ceil(cardMinor / crowd);
  const parts = Array.from({ length: crowd }, () => share + random.below(2 * share));
  const answers = await Promise.all(parts.map((amount) => giveBack(counter, card, amount)));
  for (const answer of answers) seen.add(wordOf(answer.status, answer.body));
  await allOver(counter, card);
  const given = answers.flatMap(({ status }, n) => (status === 201 ? [parts[n]!] : []));
  const sum = given.reduce((total, part) => total + part, 0);
  await expectGiven(counter, card, { givenMinor: sum, takenMinor: sum });
  const refused = answers.flatMap(({ body }, n) => (body.reason === 'more_than_paid' ? [parts[n]!] : []));
  if (sum > cardMinor) throw new Error(`${sum} cents were given back of ${cardMinor}.`);
  if (refused.length === 0) throw new Error(`Nothing was refused: ${seen.toString()}`);
  if (refused.some((part) => sum + part <= cardMinor)) {
    throw new Error(`A part that fits into ${cardMinor - sum} was refused: ${refused.join(', ')}`);
  }
  return sum;
}

/** The same refund three times at once: under one key by the member, under others, and the whole of it by hand. */
async function sameThrice({ counter, host, seen }: Desk, way: 'one key' | 'other keys' | 'by hand'): Promise<void> {
  const card = await paidCard({ counter, host }, { cardMinor, balanceMinor: 5 * cardMinor });
  const key = randomUUID();
  const ask = () => {
    if (way === 'by hand') return giveBack(counter, card, cardMinor);
    return askBack(counter, card, way === 'one key' ? key : randomUUID());
  };
  const answers = await Promise.all([ask(), ask(), ask()]);
  await allOver(counter, card);
  for (const { status, body } of answers) seen.add(`${way} ${wordOf(status, body)}`);
  const made = answers.filter(({ status }) => status === 201);
  const ids = new Set(made.map(({ body }) => body.id));
  const wanted = way === 'one key' ? 3 : 1;
  if (ids.size !== 1 || made.length !== wanted) throw new Error(`${way}: ${answers.map(({ text }) => text).join(' ')}`);
  // A member's refund takes the whole from the balance, its fee included.
  await expectGiven(counter, card, {
    givenMinor: way === 'by hand' ? cardMinor : toCardMinor,
    takenMinor: cardMinor,
  });
  const [line] = (await linesOf(counter, `member/${card.member}`)).slice(1);
  if (line?.amount !== -cardMinor) throw new Error(`${way}: the member reads ${JSON.stringify(line)}`);
}

function wordOf(status: number, { reason }: ShownRefund): string {
  return reason === undefined ? String(status) : `${status} ${reason}`;
}

/** No refund of the card is under way any more. */
async function allOver(counter: Counter, { topUp }: PaidCard): Promise<void> {
  const sql = "SELECT id FROM refund WHERE top_up_id = ? AND state NOT IN ('refused', 'succeeded', 'failed')";
  await until(async () => (await rowsOf(counter.databaseUrl, sql, [topUp])).length === 0, { withinMs: 90_000 });
}

interface Given {
  /** By the processor, to the card. */
  readonly givenMinor: number;
  /** From the member, as our row says. */
  readonly takenMinor: number;
}

async function expectGiven(counter: Counter, { paymentRef }: PaidCard, wanted: Given): Promise<void> {
  const { refunds } = await counter.control.state(demoNames.account);
  const own = refunds.filter((refund) => refund['payment_intent'] === paymentRef);
  const givenMinor = own.reduce((sum, refund) => sum + Number(refund['amount']), 0);
  const [row] = await rowsOf<{ minor: number }>(
    counter.databaseUrl,
    'SELECT refunded_minor AS minor FROM card_transaction WHERE payment_ref = ?',
    [paymentRef],
  );
  const takenMinor = Number(row?.minor);
  if (givenMinor === wanted.givenMinor && takenMinor === wanted.takenMinor) return;
  throw new Error(
    `Processor and row say ${JSON.stringify({ givenMinor, takenMinor })}, not ${JSON.stringify(wanted)}.`,
  );
}
