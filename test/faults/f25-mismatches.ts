import type Stripe from 'stripe';
import { createControlClient } from '../../simulator/control-client.ts';
import { startSimulator } from '../../simulator/server.ts';
import {
  createReconciliationActivities,
  type ReconciliationActivities,
} from '../../src/activities/reconciliation/reconciliation.activities.ts';
import type { Currency } from '../../src/domain/currency.ts';
import { processorAccountId } from '../../src/domain/ids.ts';
import { processorAccount } from '../../src/domain/ledger-account.ts';
import type { NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import { differenceKinds, type DifferenceKind } from '../../src/domain/reconciliation/reconciliation.ts';
import { newId } from '../../src/entities/new-id.ts';
import { createOrm, unitOfWork, type Orm } from '../../src/entities/orm.ts';
import { ProcessorAccount } from '../../src/entities/processor-account.entity.ts';
import { SqlPool } from '../../src/entities/sql-pool.ts';
import type { Poster } from '../../src/ledger/poster-contract.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { lateMoney, processorFee } from '../../src/ledger/postings/processor.ts';
import { consoleRefund } from '../../src/ledger/postings/refund.ts';
import { sale } from '../../src/ledger/postings/sale.ts';
import { createStripeBooks } from '../../src/stripe/stripe-books.ts';
import { createStripeClient } from '../../src/stripe/stripe-client.ts';
import { createTestDatabase } from '../support/database.ts';
import { rowsOf } from './harness/query.ts';
import type { Fault, FaultContext, FaultReport } from './harness/types.ts';

const sizes = { full: { rows: 10_000, perKind: 25 }, small: { rows: 400, perKind: 3 } };
const threeDaysMs = 3 * 86_400_000;
const organisation = 'org_01KAJ0000000000000000000AA';
const place = { provider: 'stripe', externalRef: 'acct_demo' } as const;

export const fault: Fault = {
  id: 'F25',
  title: 'every mismatch of eight kinds between the processor and the book is found, and nothing else',
  run,
};

async function run({ size, log }: FaultContext): Promise<FaultReport> {
  const { rows, perKind } = sizes[size];
  const world = await openWorld();
  try {
    const wanted = await seed(world, { rows, perKind, log });
    const began = performance.now();
    await lookAtAll(world);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const found = await differencesOf(world.databaseUrl);
    const missed = [...wanted].filter((one) => !found.has(one));
    const falsely = [...found].filter((one) => !wanted.has(one));
    // A second look at the same books finds the same and writes nothing.
    await lookAtAll(world);
    const same = (await differencesOf(world.databaseUrl)).size === found.size;
    const shown = [...missed.map((one) => `missed ${one}`), ...falsely.map((one) => `false ${one}`)].slice(0, 5);
    const figures = `${rows} lines there, ${wanted.size} mismatches of ${differenceKinds.length} kinds: ${wanted.size - missed.length} found, ${falsely.length} false, read, posted and compared in ${seconds} s${shown.length > 0 ? `; ${shown.join('; ')}` : ''}`;
    return { pass: missed.length === 0 && falsely.length === 0 && same, figures, injections: wanted.size };
  } finally {
    await world.close();
  }
}

interface World {
  readonly stripe: Stripe;
  readonly control: ReturnType<typeof createControlClient>;
  readonly poster: Poster;
  readonly databaseUrl: string;
  readonly account: string;
  readonly activities: ReconciliationActivities;
  close(): Promise<void>;
}

async function openWorld(): Promise<World> {
  const simulator = await startSimulator({ seed: 25 });
  const database = await createTestDatabase();
  const orm = await createOrm(database.url);
  const pool = new SqlPool(database.url, 4);
  const poster = createPoster({ databaseUrl: database.url });
  const stripe = createStripeClient({ apiKey: 'sk_test_demo', apiBase: simulator.url, timeoutMs: 20_000 });
  const control = createControlClient(simulator.url);
  await control.settings({ balanceTransactionDelayMs: 0 });
  const account = await makeAccount(orm);
  const activities = createReconciliationActivities({
    ...{ orm, pool, poster, defaultZone: 'Australia/Sydney', bankRef: 'main', graceMs: 86_400_000 },
    now: () => new Date(Date.now() + threeDaysMs),
    booksAt: () => createStripeBooks(stripe),
  });
  const close = async (): Promise<void> => {
    await poster.close();
    await pool.close();
    await orm.close();
    await database.drop();
    await simulator.stop();
  };
  return { stripe, control, poster, databaseUrl: database.url, account, activities, close };
}

async function makeAccount(orm: Orm): Promise<string> {
  const em = unitOfWork(orm);
  const account = em.create(ProcessorAccount, {
    ...{ id: processorAccountId(newId('processorAccount')), provider: 'stripe', mode: 'own_keys' },
    ...{ externalRef: place.externalRef, livemode: false, secretRef: 'STRIPE_API_KEY', webhookSecretRefs: '' },
    ...{ country: 'AU', settlementCurrencies: 'AUD', createdAt: new Date() },
  });
  await em.persist(account).flush();
  return account.id;
}

/** Reads, posts and compares all there is, as the workflow does of a day. */
async function lookAtAll({ activities, account }: World): Promise<void> {
  const day = {
    runId: 'rcr_none',
    processorAccountId: account,
    from: new Date(Date.now() - 3_600_000).toISOString(),
    until: new Date(Date.now() + threeDaysMs + 3_600_000).toISOString(),
  };
  const { lines } = await activities.readProviderDay(day);
  const posted = await activities.postProviderDay(day);
  await activities.compareProviderDay({ day, soFar: { lines, ...posted } });
}

/** What is open, as `kind subject`. */
async function differencesOf(databaseUrl: string): Promise<ReadonlySet<string>> {
  const sql = "SELECT CONCAT(kind, ' ', subject) AS one FROM reconciliation_difference WHERE state = 'open'";
  const rows = await rowsOf<{ one: string }>(databaseUrl, sql);
  const found = new Set(rows.map(({ one }) => one.replace(/#.*$/, '')));
  if (found.size !== rows.length) throw new Error(`${rows.length - found.size} mismatches are told twice.`);
  return found;
}

interface Paid {
  readonly charge: string;
  readonly line: string;
  readonly amount: number;
  /** Half of it was given back, for every fourth. */
  readonly refund: string | null;
}

const feeOf = (amount: number): number => Number((BigInt(amount) * 17n + 500n) / 1_000n) + 5;

/** Both books alike, but for `perKind` mismatches of each kind. Answers what is to be found. */
async function seed(
  world: World,
  { rows, perKind, log }: { rows: number; perKind: number; log: FaultContext['log'] },
): Promise<ReadonlySet<string>> {
  // Of five lines four are payments and one is a refund; those of `timing` come later.
  const payments = Math.round(((rows - perKind) * 4) / 5);
  const paid = await inLanes(payments, (n) => pay(world.stripe, n, n % 4 === 0));
  log(`${payments} payments at the processor, every fourth with a refund`);
  const wanted = new Set<string>();
  const wrong = wrongOnes(paid, perKind);
  const transactions = [...paid.flatMap((one) => booked(one, wrong.get(one), wanted)), ...nowhere(perKind, wanted)];
  await postAll(world.poster, transactions);
  await refundRows(world, paid, wrong);
  for (const [one, kind] of wrong) if (kind === 'status') wanted.add(`status status:${one.refund ?? ''}`);
  await world.control.clock.advance(`${threeDaysMs}ms`);
  const late = await inLanes(perKind, (n) => pay(world.stripe, payments + n, false));
  for (const one of late) {
    wanted.add(`timing in:${one.charge}`);
  }
  return wanted;
}

/** Which payments are booked wrongly, and how: refunds among them. */
function wrongOnes(paid: readonly Paid[], perKind: number): ReadonlyMap<Paid, DifferenceKind> {
  const wrong = new Map<Paid, DifferenceKind>();
  const [given, kept] = [paid.filter(({ refund }) => refund !== null), paid.filter(({ refund }) => refund === null)];
  const take = (from: readonly Paid[], kind: DifferenceKind): void => {
    for (const one of from.filter((candidate) => !wrong.has(candidate)).slice(0, perKind)) wrong.set(one, kind);
  };
  for (const kind of ['missing_here', 'status', 'amount'] as const) take(given, kind);
  for (const kind of ['currency', 'fee', 'duplicate'] as const) take(kept, kind);
  return wrong;
}

const at = { occurredAt: '2026-03-01T12:00:00Z', description: 'Counter' };

/** What the book has of a payment and its refund, with what is wrong about it. */
function booked(one: Paid, kind: DifferenceKind | undefined, wanted: Set<string>): NewLedgerTransaction[] {
  const inKey = `in:${one.charge}`;
  const outKey = `out:${one.refund ?? ''}`;
  switch (kind) {
    case 'missing_here':
      // Refund gaps are the silent ones.
      wanted.add(`missing_here ${outKey}`);
      return [saleOf(one.charge, one.amount)];
    case 'amount':
      wanted.add(`amount ${outKey}`);
      return [saleOf(one.charge, one.amount), refundOf(one.refund ?? '', one.amount / 2 + 1)];
    case 'currency':
      wanted.add(`currency ${inKey}`);
      return [saleOf(one.charge, one.amount, 'USD')];
    case 'fee':
      wanted.add(`fee fee:${one.line}`);
      return [saleOf(one.charge, one.amount), wrongFeeOf(one)];
    case 'duplicate':
      wanted.add(`duplicate ${inKey}`);
      return [saleOf(one.charge, one.amount), lateOf(one)];
    default:
      return [saleOf(one.charge, one.amount), ...(one.refund === null ? [] : [refundOf(one.refund, one.amount / 2)])];
  }
}

function nowhere(perKind: number, wanted: Set<string>): NewLedgerTransaction[] {
  return Array.from({ length: perKind }, (_, n) => {
    const isRefund = n % 2 === 0;
    wanted.add(isRefund ? `missing_there out:re_nowhere_${n}` : `missing_there in:ch_nowhere_${n}`);
    return isRefund ? refundOf(`re_nowhere_${n}`, 500) : saleOf(`ch_nowhere_${n}`, 500);
  });
}

function saleOf(chargeRef: string, amountMinor: number, currency: Currency = 'AUD'): NewLedgerTransaction {
  const amount = money(amountMinor, currency);
  return sale({
    ...{ saleId: chargeRef, captureNo: 1, organisationId: organisation, currency, ...at },
    cards: [{ processor: processorAccount('stripe', place.externalRef, currency), amount }],
    links: { providerRef: chargeRef },
  });
}

function refundOf(providerRef: string, amountMinor: number): NewLedgerTransaction {
  const source = { kind: 'organisation', organisationId: organisation } as const;
  return consoleRefund({ ...at, providerRef, source, processor: place, amount: money(amountMinor, 'AUD') });
}

function lateOf({ charge, amount }: Paid): NewLedgerTransaction {
  return lateMoney({ ...at, processor: place, amount: money(amount, 'AUD'), chargeRef: charge, memberId: null });
}

function wrongFeeOf({ line, amount }: Paid): NewLedgerTransaction {
  const fee = processorFee({
    ...at,
    processor: place,
    amount: money(feeOf(amount) + 1, 'AUD'),
    balanceTransactionRef: line,
  });
  if (fee === null) throw new Error('A fee of nothing.');
  return fee;
}

async function postAll(poster: Poster, transactions: readonly NewLedgerTransaction[]): Promise<void> {
  for (let from = 0; from < transactions.length; from += 250) {
    const items = transactions.slice(from, from + 250).map((transaction) => ({ kind: 'post' as const, transaction }));
    const bad = (await poster.postGroup(items)).find(({ kind }) => kind !== 'posted');
    if (bad !== undefined) throw new Error(`Not posted: ${JSON.stringify(bad)}`);
  }
}

/** Our own rows of the refunds: those of `status` say that they failed. */
async function refundRows(
  { databaseUrl, account }: World,
  paid: readonly Paid[],
  wrong: ReadonlyMap<Paid, DifferenceKind>,
): Promise<void> {
  const given = paid.filter(({ refund }) => refund !== null);
  for (let from = 0; from < given.length; from += 500) {
    const chunk = given.slice(from, from + 500);
    const tuples = chunk.map(
      (one) =>
        `('${newId('refund')}', 'ctx_none', '${account}', ${one.amount / 2}, 0, 0, 'AUD', 'console', 'processor', 'Refund',
          '${wrong.get(one) === 'status' ? 'failed' : 'succeeded'}', '${one.refund ?? ''}', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))`,
    );
    await rowsOf(
      databaseUrl,
      `INSERT INTO refund (id, card_transaction_id, processor_account_id, amount_minor, fee_minor, tax_minor, currency,
        requested_by, actor, description, state, provider_ref, created_at, updated_at) VALUES ${tuples.join(', ')}`,
    );
  }
}

async function pay(stripe: Stripe, n: number, withRefund: boolean): Promise<Paid> {
  const amount = 1_000 + (n % 90) * 20;
  const intent = await stripe.paymentIntents.create(
    {
      ...{ amount, currency: 'aud', confirm: true, payment_method: 'pm_card_visa' },
      allowed_payment_method_types: ['card'],
      expand: ['latest_charge'],
    },
    { idempotencyKey: `f25-${n}` },
  );
  const { id } = intent.latest_charge as Stripe.Charge;
  const refund = withRefund
    ? await stripe.refunds.create({ charge: id, amount: amount / 2 }, { idempotencyKey: `f25-${n}-refund` })
    : null;
  // The line of the charge is there a moment later.
  const charge = await stripe.charges.retrieve(id);
  return { charge: id, line: charge.balance_transaction as string, amount, refund: refund?.id ?? null };
}

/** Does `count` things, sixteen at a time, and answers them in order. */
async function inLanes<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) done[n] = await work(n);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return done;
}
