import { demoNames } from '../../workers/demo/seed.ts';
import type { Counter } from '../support/counter.ts';
import { ask } from './member-rows.ts';
import { transferredInAll } from './month-end-judge.ts';
import type { Scene } from './scene.ts';
import type { ToldNote } from './trace.ts';

interface TopUpRow {
  readonly id: string;
  readonly state: string;
  readonly captured: number;
  readonly disputed: number;
  /** What refunds that succeeded brought to the card. */
  readonly returned: number;
}

/** Everything of the scene's members that has not ended. */
const openRows = `SELECT 'payment' AS kind, id, state FROM payment WHERE member_id IN (?)
    AND state NOT IN ('paid', 'released', 'refused', 'short', 'expired', 'canceled')
  UNION ALL SELECT 'top-up', id, state FROM top_up WHERE member_id IN (?)
    AND state NOT IN ('succeeded', 'failed', 'expired', 'canceled', 'late')
  UNION ALL SELECT 'refund', id, state FROM refund WHERE member_id IN (?)
    AND state NOT IN ('succeeded', 'refused', 'failed')
  UNION ALL SELECT 'need', id, state FROM top_up_need WHERE member_id IN (?) AND state = 'open'`;
const topUpRows = `SELECT t.id, t.state, CAST(COALESCE(c.captured_minor, 0) AS SIGNED) AS captured,
    CAST(COALESCE(c.disputed_minor, 0) AS SIGNED) AS disputed,
    CAST(COALESCE((SELECT SUM(r.amount_minor - r.fee_minor) FROM refund r
      WHERE r.card_transaction_id = c.id AND r.state = 'succeeded'), 0) AS SIGNED) AS returned
  FROM top_up t LEFT JOIN card_transaction c ON c.id = t.card_transaction_id WHERE t.member_id IN (?)`;
/** A balance as the rows tell it: what came in by card and from others, less what was paid, given back and lost. */
const balances = `SELECT m.id, CAST(COALESCE(a.balance_minor, 0) AS SIGNED) AS booked, CAST(COALESCE(a.held_minor, 0) AS SIGNED) AS held,
    CAST(COALESCE((SELECT SUM(c.captured_minor) FROM top_up t JOIN card_transaction c ON c.id = t.card_transaction_id
        WHERE t.member_id = m.id), 0)
      + COALESCE((SELECT SUM(amount_minor) FROM payment WHERE payee_id = m.id AND state = 'paid'), 0)
      - COALESCE((SELECT SUM(COALESCE(booked_minor, amount_minor)) FROM payment WHERE member_id = m.id AND state = 'paid'), 0)
      - COALESCE((SELECT SUM(amount_minor) FROM refund WHERE member_id = m.id AND state IN ('reserved', 'pending', 'unresolved', 'succeeded')
        AND COALESCE(outcome, '') <> 'more_than_paid'), 0)
      - COALESCE((SELECT SUM(d.amount_minor) FROM dispute d JOIN top_up t ON t.card_transaction_id = d.card_transaction_id
        WHERE t.member_id = m.id AND d.state = 'lost'), 0) AS SIGNED) AS moved
  FROM member m LEFT JOIN ledger_account a ON a.code = CONCAT('member/', m.id, '/AUD') WHERE m.id IN (?)`;
const processorBalance = 'SELECT balance_minor AS minor FROM ledger_account WHERE code = ?';

/** What disagrees about the members of a seed, in words; what is still under way shows as a difference. */
export async function compareMembers(
  counter: Counter,
  { members }: Scene,
  answers: readonly ToldNote[],
): Promise<readonly string[]> {
  if (members.length === 0) return [];
  const ids = [...members.map(({ id }) => id), ...members.map(({ friend }) => friend)];
  return [
    ...(await stillOpen(counter, ids)),
    ...(await againstCharges(counter, ids)),
    ...(await wrongBalances(counter, members)),
    ...(await wrongTotal(counter)),
    ...(await brokenWords(counter, ids, answers)),
  ];
}

async function stillOpen(counter: Counter, ids: readonly string[]): Promise<string[]> {
  const list = ids as unknown as string;
  const rows = await ask<{ kind: string; id: string; state: string }>(counter, openRows, [list, list, list, list]);
  return rows.map(({ kind, id, state }) => `${kind} ${id} is ${state}`);
}

/** Charge by charge: one at most, and the money of each as the processor has it. */
async function againstCharges(counter: Counter, ids: readonly string[]): Promise<string[]> {
  const { by_metadata: counted } = await counter.control.counters(demoNames.account);
  const topUps = await ask<TopUpRow>(counter, topUpRows, [ids as unknown as string]);
  return topUps.flatMap(({ id, state, captured, disputed, returned }) => {
    const truth = counted['top_up_id']?.[id];
    return [
      ...((truth?.captures ?? 0) > 1 ? [`${id} was charged ${truth?.captures ?? 0} times`] : []),
      ...differing(`money of ${id} (${state})`, truth?.captured_minor ?? 0, captured),
      ...differing(`what ${id} gave back`, truth?.refunded_minor ?? 0, returned),
      ...differing(`what banks took of ${id}`, truth?.disputed_minor ?? 0, disputed),
    ];
  });
}

/** No money is made and none is lost: a balance is what its member began with and what the rows say since. */
async function wrongBalances(counter: Counter, members: Scene['members']): Promise<string[]> {
  const opening = new Map(
    members.flatMap(
      ({ id, friend, plan }) =>
        [
          [id, plan.balanceMinor],
          [friend, 0],
        ] as const,
    ),
  );
  const ids = [...opening.keys()] as unknown as string;
  const rows = await ask<{ id: string; booked: number; held: number; moved: number }>(counter, balances, [ids]);
  return rows.flatMap(({ id, booked, held, moved }) => [
    ...((opening.get(id) ?? 0) + moved === booked
      ? []
      : [`balance of ${id}: the rows say ${(opening.get(id) ?? 0) + moved}, the book ${booked}`]),
    ...(held === 0 ? [] : [`${held} of ${id} is held for nothing`]),
  ]);
}

/** The whole of the account that members' cards are charged at, fees, disputes and transfers to clubs included. */
async function wrongTotal(counter: Counter): Promise<string[]> {
  const { by_currency: truth } = await counter.control.counters(demoNames.account);
  const aud = truth['aud'];
  const minor =
    aud === undefined
      ? 0
      : aud.captured_minor - aud.refunded_minor - aud.disputed_minor - aud.fees_minor - aud.dispute_fees_minor;
  const code = `processor/stripe/${demoNames.account}/AUD`;
  const [row] = await ask<{ minor: number }>(counter, processorBalance, [code]);
  const transferred = await transferredInAll(counter);
  return differing('the account of members’ cards', minor - transferred, row?.minor ?? 0);
}

/** A host that was told that a payment is paid, or will never be, was told the truth. */
async function brokenWords(counter: Counter, ids: readonly string[], answers: readonly ToldNote[]): Promise<string[]> {
  const sql = 'SELECT id, state FROM payment WHERE member_id IN (?)';
  const rows = await ask<{ id: string; state: string }>(counter, sql, [ids as unknown as string]);
  const states = new Map(rows.map(({ id, state }) => [id, state]));
  return answers.flatMap(({ sale, state }) => {
    const known = states.get(sale ?? '');
    const isEnd = state === 'paid' || state === 'released' || state === 'canceled';
    return isEnd && known !== undefined && known !== state
      ? [`${sale ?? ''} was said to be ${state} and is ${known}`]
      : [];
  });
}

function differing(what: string, processor: number, ours: number): string[] {
  return processor === ours ? [] : [`${what}: the processor says ${processor}, the book ${ours}`];
}
