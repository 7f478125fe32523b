import { credit, debit, type NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { memberAccount, openingAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { bookInvariants } from '../../src/ledger/invariants.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { Tally } from './harness/lanes.ts';
import type { Fault, FaultContext } from './harness/types.ts';

const writers = 64;
const sizes = { full: { forMs: 60_000 }, small: { forMs: 2_000 } } as const;
const ends = [memberAccount('left', 'AUD'), memberAccount('right', 'AUD')] as const;

/**
 * Each writer has a connection of its own, as that many processes would have; half of them pay one way and half the
 * other. The poster tries at most three times more after a deadlock and then tells its caller, so that a caller who
 * hears of nothing proves both halves of the guarantee.
 */
export const fault: Fault = {
  id: 'F21',
  title: `${writers} writers in opposite order on two accounts hear of no deadlock and need three retries at most`,
  run: async (context) => {
    const database = await createTestDatabase();
    try {
      const told = await write(database, context);
      const stood = await standing(database);
      return {
        pass:
          told.of('posted') === told.total && stood.transactions === told.of('posted') + 1 && stood.broken.length === 0,
        figures:
          `${writers} writers for ${sizes[context.size].forMs / 1_000} s: ${told.toString()}, ${stood.transactions - 1} stand in the book, ` +
          `${told.total - told.of('posted')} errors seen, ${stood.deadlocks} deadlocks at the server since it started, invariants broken ${stood.broken.length}`,
        injections: told.total,
      };
    } finally {
      await database.drop();
    }
  },
};

async function write(database: TestDatabase, { size }: FaultContext): Promise<Tally> {
  const told = new Tally();
  const posters = Array.from({ length: writers }, () => createPoster({ databaseUrl: database.url }));
  try {
    await posters[0]!.post(transfer('give', openingAccount('AUD'), ends[0], 10_000_000));
    const deadline = performance.now() + sizes[size].forMs;
    await Promise.all(
      posters.map(async (poster, writer) => {
        const [from, to] = writer % 2 === 0 ? ends : [ends[1], ends[0]];
        for (let n = 0; performance.now() < deadline; n += 1) {
          const result = await poster.post(transfer(`writer-${writer}-${n}`, from, to, 1)).catch(String);
          told.add(typeof result === 'string' ? result : result.kind === 'posted' ? 'posted' : result.code);
        }
      }),
    );
    return told;
  } finally {
    await Promise.all(posters.map((poster) => poster.close()));
  }
}

type Account = ReturnType<typeof memberAccount<'AUD'>>;

/** Of a kind that may overdraw, so that nothing but the locks can refuse it. */
function transfer(opKey: string, from: Account, to: Account, amountMinor: number): NewLedgerTransaction {
  const amount = money(amountMinor, 'AUD');
  const legs = [...debit(from, amount, { type: 'Miscellaneous' }), ...credit(to, amount, { type: 'Miscellaneous' })];
  return { opKey, kind: 'opening-balance', occurredAt: '2026-03-01T12:00:00Z', description: opKey, legs };
}

async function standing(database: TestDatabase) {
  const [row] = await database.query<{ n: number }>('SELECT COUNT(*) AS n FROM ledger_transaction');
  const [status] = await database.query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
  const broken: string[] = [];
  for (const { name, sql } of bookInvariants) if ((await database.query(sql)).length > 0) broken.push(name);
  return { transactions: Number(row?.n), deadlocks: Number(status?.Value ?? 0), broken };
}
