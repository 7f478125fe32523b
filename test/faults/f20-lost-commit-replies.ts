import { loadConfig } from '../../src/config.ts';
import { createTemporalWorker } from '../../workers/temporal-worker.ts';
import { startTcpProxy, through, type TcpProxy } from '../support/tcp-proxy.ts';
import type { Counter } from '../support/counter.ts';
import { proveBooks } from './harness/books.ts';
import { openDesks } from './harness/desks.ts';
import { Tally } from './harness/lanes.ts';
import { openRows, type Rows } from './harness/rows.ts';
import type { Fault, FaultContext } from './harness/types.ts';
import { withCounter } from './harness/with-counter.ts';

const sizes = { full: { sales: 100 }, small: { sales: 4 } } as const;
/**
 * What the worker sends when it posts, and when it writes where a sale stands: the packet whose answer is lost. The
 * latter is a packet of its own; the byte before it is the protocol's, for a query.
 */
const packets = { posting: 'INSERT INTO ledger_transaction', 'sale row': '\u0003COMMIT' } as const;
type Packet = keyof typeof packets;

/** The worker reaches the database through a proxy that ends the connection when the reply to a commit comes back. */
export const fault: Fault = {
  id: 'F20',
  title: 'a reply lost after COMMIT leads to no second journal',
  run: async (context) => {
    const { found, proof } = await withCounter({ without: ['worker'] }, (counter) => play(counter, context));
    const { lost, doubled } = found;
    return {
      pass: doubled === 0 && proof.posted === proof.sales && lost.total === proof.sales,
      figures:
        `replies lost: ${lost.toString()}; ${proof.posted} of ${proof.sales} sales posted, ${doubled} journals doubled, ` +
        `0 to ${proof.posted - 1} acknowledged postings stood before each loss and stand still`,
      injections: lost.total,
    };
  },
};

async function play(
  counter: Counter,
  { size, random }: FaultContext,
): Promise<{ lost: Tally<Packet>; doubled: number }> {
  const proxy = await startTcpProxy(counter.databaseUrl);
  const env = { ...counter.env, DATABASE_URL: through(proxy, counter.databaseUrl) };
  const worker = await createTemporalWorker(loadConfig(env));
  const rows = await openRows(counter.databaseUrl);
  const lost = new Tally<Packet>();
  try {
    const [desk] = await openDesks(counter, 1);
    if (desk === undefined) throw new Error('There is no desk.');
    for (let n = 0; n < sizes[size].sales; n += 1) {
      const packet: Packet = n % 2 === 0 ? 'posting' : random.pick(['posting', 'sale row']);
      await sellOverLoss(counter, proxy, { desk, packet });
      lost.add(packet);
      await assertStanding(rows, n + 1);
    }
    const doubled = await rows.count(
      "SELECT COUNT(*) FROM (SELECT sale_id FROM ledger_transaction WHERE kind = 'sale' GROUP BY sale_id HAVING COUNT(*) > 1) AS doubled",
    );
    // Fees are posted by this worker too: it stays until the books agree.
    await proveBooks(counter);
    return { lost, doubled };
  } finally {
    await rows.close();
    await worker.stop();
    await proxy.close();
  }
}

async function sellOverLoss(
  { control }: Counter,
  proxy: TcpProxy,
  { desk, packet }: { readonly desk: Awaited<ReturnType<typeof openDesks>>[number]; readonly packet: Packet },
): Promise<void> {
  const loss = packet === 'sale row' ? proxy.loseReply(packets[packet]) : undefined;
  const made = await desk.till.sell(2500);
  const posting = packet === 'posting' ? proxy.loseReply(packets[packet]) : undefined;
  await desk.till.until(made.body.id, 'awaiting_card');
  await control.reader(desk.reader).tap('4242424242424242');
  await desk.till.until(made.body.id, 'posted', 30_000);
  await (loss ?? posting)?.struck();
}

/** What was acknowledged before the loss stands, and the one after it too. */
async function assertStanding(rows: Rows, postings: number): Promise<void> {
  const standing = await rows.count("SELECT COUNT(*) FROM ledger_transaction WHERE kind = 'sale'");
  if (standing !== postings) throw new Error(`${standing} postings stand and not ${postings}.`);
}
