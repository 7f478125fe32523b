import { readerId } from '../../domain/ids.ts';
import { invariant } from '../../domain/invariant.ts';
import type { PaymentFact, PresentOutcome } from '../../domain/counter/processor-port.ts';
import { ProcessorRefusal } from '../../domain/processor-refusal.ts';
import { progressOf } from '../../domain/counter/sale-progress.ts';
import {
  refusal,
  type SaleAnswer,
  type SaleRefusalCode,
  type SaleSnapshot,
} from '../../domain/counter/sale-snapshot.ts';
import { sendRiders } from '../../entities/commit-riders.ts';
import { takeReader, type LeaseOutcome } from '../../entities/counter/reader-lease.ts';
import { SaleChanges, snapshotOf } from '../../entities/counter/sale-changes.ts';
import {
  commit,
  currentPayment,
  openDesk,
  prepare,
  readReader,
  type SaleDependencies,
  type SaleDesk,
} from './sale-desk.ts';
import { follow } from './sale-following.ts';
import { standing } from './sale-settling.ts';

type PresentRefusal = Extract<PresentOutcome, { kind: 'refused' }>;

export interface DispatchRequest {
  readonly saleId: string;
  /** Business attempt, from 1: a new one takes a new key at the reader, an unknown outcome keeps its own. */
  readonly attempt: number;
  /** Another reader of the same site. */
  readonly readerId?: string;
}

/**
 * Puts a sale on a reader: lease and attempt in one transaction, then the payment and the reader, then what the reader
 * said. A second run after a crash looks before it sends, since the first may have reached the reader.
 */
export async function dispatchSale(deps: SaleDependencies, request: DispatchRequest): Promise<SaleAnswer> {
  const desk = await openDesk(deps, request.saleId);
  const { sale } = desk.file;
  if (sale.attempt < request.attempt) {
    const refused = await beginAttempt(desk, request);
    return refused ?? present(await openDesk(deps, sale.id));
  }
  if (sale.attempt === request.attempt && sale.state === 'dispatching') return resume(desk);
  return answerOf(snapshotOf(desk.file, deps.now()));
}

async function beginAttempt(desk: SaleDesk, request: DispatchRequest): Promise<SaleAnswer | undefined> {
  const { sale, site } = desk.file;
  const wanted = request.readerId ?? sale.readerId;
  invariant(typeof wanted === 'string', `Sale ${sale.id} is collected by a reader and names none.`);
  return desk.deps.pool.transaction(async (transaction) => {
    const lease = await takeReader(transaction, readerId(wanted), { kind: 'sale', owner: sale.id });
    const at = desk.deps.now();
    const key = `sale-${sale.id}-attempt-${request.attempt}`;
    const changes = new SaleChanges(desk.file).become('dispatch', `attempt ${request.attempt}`, at);
    changes.openAttempt(request.attempt, { id: wanted, fence: fenceOf(lease), key }, at);
    if (lease.kind !== 'taken') changes.become('decline', heldWords(lease), at).set({ outcome: refusalOf(lease) });
    else invariant(lease.reader.siteId === site.id, `Reader ${wanted} belongs to another site than ${sale.id}.`);
    await sendRiders(transaction, changes.riders(at));
    return lease.kind === 'taken' ? undefined : leaseRefused(lease, changes.snapshot(at));
  });
}

/** The network part: the payment under the sale's key, the reader under the attempt's. */
async function present(desk: SaleDesk, prepared?: PaymentFact): Promise<SaleAnswer> {
  const { sale, reader } = desk.file;
  invariant(reader !== null, `Sale ${sale.id} has no reader.`);
  const payment = prepared ?? (await preparedOrRefused(desk));
  if ('refused' in payment) return refuse(desk, null, payment.refused);
  const presented = await desk.processor.present({
    key: `sale-${sale.id}-attempt-${sale.attempt}`,
    readerRef: reader.providerRef,
    paymentRef: payment.paymentRef,
    tipMode: sale.tipMode,
  });
  return record(desk, payment, presented);
}

/** A payment that the processor will not make (an amount too small, a currency it does not take) is refused, not unknown. */
async function preparedOrRefused(desk: SaleDesk): Promise<PaymentFact | { refused: PresentRefusal }> {
  const { sale } = desk.file;
  if (sale.paymentRef) return desk.processor.readPayment(sale.paymentRef);
  try {
    return await prepare(desk);
  } catch (error) {
    if (!(error instanceof ProcessorRefusal)) throw error;
    return { refused: { kind: 'refused', code: 'processor_refused', message: error.message } };
  }
}

/** A second run: what the first one sent may already be on the reader, or paid. */
async function resume(desk: SaleDesk): Promise<SaleAnswer> {
  const payment = await currentPayment(desk);
  const reader = await readReader(desk);
  const progress = progressOf(standing(desk), payment, reader);
  if (progress.change !== 'none' && !('outcome' in progress && progress.outcome === 'displaced')) {
    return answerOf(await follow(desk, payment, reader));
  }
  return present(desk, payment);
}

async function record(desk: SaleDesk, payment: PaymentFact, presented: PresentOutcome): Promise<SaleAnswer> {
  const at = desk.deps.now();
  if (presented.kind === 'acknowledged') {
    const changes = new SaleChanges(desk.file)
      .ownPayment(payment, at)
      .become('acknowledge', 'the reader asks for a card', at);
    return { kind: 'done', sale: await commit(desk, changes) };
  }
  // A time-out may be false: the reader or the payment itself tells. So does a payment that cannot be presented.
  if (presented.code === 'reader_timeout' || presented.code === 'payment_not_presentable') {
    const now = await desk.processor.readPayment(payment.paymentRef);
    const reader = await readReader(desk);
    const progress = progressOf(standing(desk), now, reader);
    if (progress.change !== 'none' && progress.outcome !== 'displaced')
      return answerOf(await follow(desk, now, reader));
  }
  return refuse(desk, payment, presented);
}

async function refuse(desk: SaleDesk, payment: PaymentFact | null, presented: PresentRefusal): Promise<SaleAnswer> {
  const at = desk.deps.now();
  const code = presented.code === 'payment_not_presentable' ? 'processor_refused' : presented.code;
  const changes = new SaleChanges(desk.file).become('decline', presented.message, at);
  if (payment !== null) changes.ownPayment(payment, at);
  changes.endAttempt(code, { code: null, chargeRef: null }, at).releaseReader();
  return refusal(code, presented.message, await commit(desk, changes));
}

/** The answer that the first run would have given, from what it wrote. */
function answerOf(sale: SaleSnapshot): SaleAnswer {
  if (sale.state === 'unresolved' || sale.state === 'dispatching') return { kind: 'unknown', sale };
  const code = refusals.find((refused) => refused === sale.outcome);
  if (sale.state !== 'declined' || code === undefined) return { kind: 'done', sale };
  return refusal(code, `The reader did not take the sale: ${code}.`, sale);
}

const refusals: readonly SaleRefusalCode[] = [
  'reader_busy',
  'reader_error',
  'reader_in_use',
  'reader_offline',
  'reader_removed',
  'reader_timeout',
  'processor_refused',
];

function leaseRefused(lease: Exclude<LeaseOutcome, { kind: 'taken' }>, sale: SaleSnapshot): SaleAnswer {
  if (lease.kind === 'removed') return refusal('reader_removed', heldWords(lease), sale);
  const answer = { kind: 'refused', code: 'reader_in_use', message: heldWords(lease), sale } as const;
  return lease.reader.leaseOwner ? { ...answer, heldBy: lease.reader.leaseOwner } : answer;
}

function heldWords(lease: Exclude<LeaseOutcome, { kind: 'taken' }>): string {
  if (lease.kind === 'removed') return 'The reader was removed.';
  return `The reader is in use by ${lease.reader.leaseOwner ?? 'another till'}.`;
}

function refusalOf(lease: Exclude<LeaseOutcome, { kind: 'taken' }>): 'reader_removed' | 'reader_in_use' {
  return lease.kind === 'removed' ? 'reader_removed' : 'reader_in_use';
}

function fenceOf(lease: LeaseOutcome): number | null {
  return lease.kind === 'taken' ? lease.reader.fence : null;
}
