import { saleId, type SaleId } from '../../domain/ids.ts';
import type { PaymentFact, ProcessorPort, ReaderFact } from '../../domain/counter/processor-port.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { commitRiders } from '../../entities/commit-riders.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import type { SaleChanges } from '../../entities/counter/sale-changes.ts';
import { loadSaleFile, type SaleFile } from '../../entities/counter/sale-file.ts';
import type { Shelf } from '../../entities/shelf.ts';
import type { Poster } from '../../ledger/poster-contract.ts';

/** What the activities of a sale stand on; the worker provides it once. */
export interface SaleDependencies extends Shelf {
  readonly poster: Poster;
  readonly gatewayFor: (account: ProcessorAccount) => ProcessorPort;
  /** The clock is a port, so that tests can turn it (decisions D56). */
  readonly now: () => Date;
}

/** One sale's rows and its processor, opened for a single step. */
export interface SaleDesk {
  readonly file: SaleFile;
  readonly processor: ProcessorPort;
  readonly deps: SaleDependencies;
}

/** Reads the sale afresh; a step never acts on what an earlier one has seen. */
export async function openDesk(deps: SaleDependencies, id: SaleId | string): Promise<SaleDesk> {
  const file = await loadSaleFile(deps, saleId(id));
  return { file, processor: deps.gatewayFor(file.account), deps };
}

/** Commits changes that move no money, in one transaction. */
export async function commit(desk: SaleDesk, changes: SaleChanges): Promise<SaleSnapshot> {
  const at = desk.deps.now();
  await commitRiders(desk.deps.pool, changes.riders(at));
  return changes.snapshot(at);
}

/** The sale's payment at the processor, made under its one key: asking again gives the same one. */
export function prepare(desk: SaleDesk): Promise<PaymentFact> {
  const { sale, site } = desk.file;
  return desk.processor.prepare({
    key: `sale-${sale.id}-intent-1`,
    saleId: sale.id,
    amountMinor: sale.amountMinor + (sale.tipMode === 'fixed' ? sale.tipMinor : 0),
    currency: sale.currency,
    captureMode: sale.captureMode,
    description: sale.description ?? null,
    metadata: { sale_id: sale.id, site: site.slug, organisation_id: sale.organisationId },
  });
}

/**
 * The payment as the processor holds it now. A payment whose name we never wrote is found by making it again under its
 * key; the answer to that is as old as the first one, so it is only good for the name.
 */
export async function currentPayment(desk: SaleDesk): Promise<PaymentFact> {
  const paymentRef = desk.file.sale.paymentRef ?? (await prepare(desk)).paymentRef;
  return desk.processor.readPayment(paymentRef);
}

/** What the sale's reader is doing, or null for a sale without one. */
export async function readReader(desk: SaleDesk): Promise<ReaderFact | null> {
  const { reader } = desk.file;
  return reader === null ? null : desk.processor.readReader(reader.providerRef);
}
