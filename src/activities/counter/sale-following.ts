import type { PaymentFact, ReaderFact } from '../../domain/counter/processor-port.ts';
import { needsReader } from '../../domain/counter/sale-progress.ts';
import { isFinalSaleState } from '../../domain/counter/sale.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import { snapshotOf } from '../../entities/counter/sale-changes.ts';
import { currentPayment, openDesk, readReader, type SaleDesk } from './sale-desk.ts';
import { settle, standing } from './sale-settling.ts';
import { takeAuthorized } from './sale-taking.ts';

/** Reads the processor and brings the sale to where it stands there: the answer to every hint and every silence. */
export async function look(desk: SaleDesk): Promise<SaleSnapshot> {
  const { sale } = desk.file;
  if (isFinalSaleState(sale.state) || sale.attempt === 0) return snapshotOf(desk.file, desk.deps.now());
  const payment = await currentPayment(desk);
  return follow(desk, payment, needsReader(standing(desk), payment) ? await readReader(desk) : null);
}

/** Settles what was read, and takes authorized money at once where nobody has to be asked. */
export async function follow(desk: SaleDesk, payment: PaymentFact, reader: ReaderFact | null): Promise<SaleSnapshot> {
  const snapshot = await settle(desk, payment, reader);
  if (snapshot.state !== 'authorized' || !takesAtOnce(desk)) return snapshot;
  const taken = await takeAuthorized(await openDesk(desk.deps, desk.file.sale.id), payment, null);
  return taken.sale;
}

/** Automatic capture where the processor does not take by itself, or a capture whose answer was lost. */
function takesAtOnce(desk: SaleDesk): boolean {
  return desk.file.sale.captureMode === 'automatic' || typeof desk.file.sale.captureRequestedMinor === 'number';
}
