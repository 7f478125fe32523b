import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { invariants } from '../../workers/invariant-list.ts';
import type { Counter } from '../support/counter.ts';
import { compareMembers } from './member-judge.ts';
import { compareClubs } from './month-end-judge.ts';
import type { Scene } from './scene.ts';
import type { ToldNote } from './trace.ts';

/** A sale as our own tables tell it. */
export interface SaleRow {
  readonly id: string;
  readonly state: string;
  readonly captured: number;
  readonly authorized: number;
  readonly attention: string | null;
  readonly paymentRef: string | null;
  /** What the book has of it, late money included. */
  readonly booked: number;
}

/** What the processor and the book say of one seed, side by side. */
export interface Findings {
  readonly sales: readonly SaleRow[];
  /** The states of payouts to clubs. */
  readonly payouts: readonly string[];
  /** What disagrees, in words; empty when all is well. */
  readonly differences: readonly string[];
}

const final = new Set(['posted', 'canceled', 'expired', 'never_begun']);

const salesOf = `SELECT s.id, s.state, s.captured_minor AS captured, s.authorized_minor AS authorized,
    s.attention_reason AS attention, s.payment_ref AS paymentRef,
    COALESCE((SELECT SUM(e.amount_minor) FROM ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id
      WHERE t.sale_id = s.id AND t.kind IN ('sale', 'late-money') AND e.side = 'debit'), 0) AS booked
  FROM sale s WHERE s.processor_account_id = ? ORDER BY s.id`;
/** The processor's account in our book: what was captured into it, and what it kept as fees. */
const bookOf = `SELECT COALESCE(SUM(IF(e.side = 'debit', e.amount_minor, 0)), 0) AS captured,
    COALESCE(SUM(IF(e.side = 'credit', e.amount_minor, 0)), 0) AS fees
  FROM ledger_account a JOIN ledger_entry e ON e.account_id = a.id WHERE a.code = ?`;
const unsettledEvents = `SELECT type, state, reason FROM provider_event
  WHERE processor_account_id = ? AND state = 'received'`;

/** Compares everything that can be compared, once; what is still under way shows as a difference. */
export async function compare(counter: Counter, scene: Scene, answers: readonly ToldNote[]): Promise<Findings> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const sales = (await rows<Unread>(connection, salesOf, [scene.accountId])).map(numbered);
    const clubs = await compareClubs(counter, scene.monthEnd, answers);
    const differences = [
      ...sales.filter((sale) => !final.has(sale.state) && sale.attention === null).map(notOver),
      ...answers.flatMap((answer) => broken(answer, sales)),
      ...(await againstProcessor(counter, scene, sales)),
      ...(await totals(counter, scene, connection)),
      ...(await compareMembers(counter, scene, answers)),
      ...clubs.differences,
      ...(await rows<RowDataPacket>(connection, unsettledEvents, [scene.accountId])).map(
        (row) => `an event waits in the inbox: ${JSON.stringify(row)}`,
      ),
      ...(await brokenInvariants(connection)),
    ];
    return { sales, payouts: clubs.payouts, differences };
  } finally {
    await connection.end();
  }
}

/** The whole, to the cent: captures and fees of the processor's own counting against our book of its account. */
async function totals(counter: Counter, scene: Scene, connection: Connection): Promise<string[]> {
  const { by_currency: truth } = await counter.control.counters(scene.account);
  const { captured_minor: captured = 0, fees_minor: fees = 0 } = truth['aud'] ?? {};
  const [book] = await rows<RowDataPacket>(connection, bookOf, [`processor/stripe/${scene.account}/AUD`]);
  return [
    ...differing('captured in all', captured, Number(book?.['captured'])),
    ...differing('fees in all', fees, Number(book?.['fees'])),
  ];
}

/** Sale by sale: one payment, one authorization and one capture at most; the money of each; nothing held for nothing. */
async function againstProcessor(counter: Counter, scene: Scene, sales: readonly SaleRow[]): Promise<string[]> {
  const { by_metadata: counted } = await counter.control.counters(scene.account);
  const { payment_intents: intents } = await counter.control.state(scene.account);
  const status = new Map(intents.map((intent) => [intent['id'], intent['status']]));
  return sales.flatMap((sale) => {
    const truth = counted['sale_id']?.[sale.id];
    const held = final.has(sale.state) && status.get(sale.paymentRef) === 'requires_capture';
    return [
      ...((truth?.intents ?? 0) > 1 ? [`${sale.id} has ${truth?.intents ?? 0} payments`] : []),
      ...((truth?.authorizations ?? 0) > 1 ? [`${sale.id} was authorized ${truth?.authorizations ?? 0} times`] : []),
      ...((truth?.captures ?? 0) > 1 ? [`${sale.id} was captured ${truth?.captures ?? 0} times`] : []),
      ...differing(`money of ${sale.id} (${sale.state})`, truth?.captured_minor ?? 0, sale.booked),
      ...(held ? [`${sale.id} is ${sale.state} and the processor still holds its money`] : []),
    ];
  });
}

/** A till that was told the end of a sale was told the truth. */
function broken(answer: ToldNote, sales: readonly SaleRow[]): string[] {
  if (answer.sale?.startsWith('sal_') !== true) return [];
  const sale = sales.find(({ id }) => id === answer.sale);
  if (sale === undefined) return [`${answer.sale} was told of and is not there`];
  if (answer.state === undefined || !final.has(answer.state) || answer.state === sale.state) return [];
  return [`${sale.id} was said to be ${answer.state} and is ${sale.state}`];
}

async function brokenInvariants(connection: Connection): Promise<string[]> {
  const found: string[] = [];
  for (const { name, sql } of invariants) {
    const violating = await rows(connection, sql, []);
    if (violating.length > 0) found.push(`broken: ${name}: ${JSON.stringify(violating.slice(0, 3))}`);
  }
  return found;
}

/** What happened to a sale, for the trace of a failure. */
export async function storyOf(counter: Counter, saleId: string): Promise<readonly unknown[]> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    return await rows(connection, 'SELECT * FROM sale_event WHERE sale_id = ? ORDER BY no', [saleId]);
  } finally {
    await connection.end();
  }
}

function notOver(sale: SaleRow): string {
  return `${sale.id} is ${sale.state} and asks for nobody`;
}

function differing(what: string, processor: number, ours: number): string[] {
  return processor === ours ? [] : [`${what}: the processor says ${processor}, the book ${ours}`];
}

/** Sums come as text. */
type Unread = Omit<SaleRow, 'booked'> & { readonly booked: string };

function numbered(sale: Unread): SaleRow {
  return { ...sale, booked: Number(sale.booked) };
}

async function rows<T>(connection: Connection, sql: string, values: readonly string[]): Promise<T[]> {
  const [found] = await connection.query<RowDataPacket[]>(sql, [...values]);
  return found as unknown as T[];
}
