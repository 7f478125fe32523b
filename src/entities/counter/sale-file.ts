import { DomainError } from '../../domain/errors.ts';
import type { SaleId } from '../../domain/ids.ts';
import { ProcessorAccount } from '../processor-account.entity.ts';
import { Reader } from './reader.entity.ts';
import { SaleAttempt } from './sale-attempt.entity.ts';
import { Sale } from './sale.entity.ts';
import { readTogether, type Shelf } from '../shelf.ts';
import { Site } from './site.entity.ts';

/** Everything about one sale that a decision may need, read together. */
export interface SaleFile {
  readonly sale: Sale;
  readonly site: Site;
  readonly account: ProcessorAccount;
  readonly reader: Reader | null;
  /** Oldest first. */
  readonly attempts: readonly SaleAttempt[];
}

const statements = [
  'SELECT * FROM sale WHERE id = ?',
  'SELECT t.* FROM site t JOIN sale s ON s.site_id = t.id WHERE s.id = ?',
  'SELECT a.* FROM processor_account a JOIN sale s ON s.processor_account_id = a.id WHERE s.id = ?',
  'SELECT r.* FROM reader r JOIN sale s ON s.reader_id = r.id WHERE s.id = ?',
  'SELECT * FROM sale_attempt WHERE sale_id = ? ORDER BY n',
];

/**
 * Reads a sale and what belongs to it, in one round trip: a cashier waits for most of the steps that begin with it.
 * Throws `not_found`.
 */
export async function loadSaleFile(shelf: Shelf, saleId: SaleId): Promise<SaleFile> {
  const found = await readTogether(
    shelf,
    statements.map((sql) => ({ sql, values: [saleId] })),
  );
  const sale = found.first(Sale, 0);
  const site = found.first(Site, 1);
  const account = found.first(ProcessorAccount, 2);
  if (sale === null) throw new DomainError('not_found', `There is no sale ${saleId}.`);
  if (site === null || account === null) throw new Error(`Sale ${saleId} has lost its site or its account.`);
  return { sale, site, account, reader: found.first(Reader, 3), attempts: found.all(SaleAttempt, 4) };
}

/** Charges that were declined in this sale before, so that an old decline is not taken for a new one. */
export function knownDeclines(file: SaleFile): ReadonlySet<string> {
  return new Set(file.attempts.flatMap((attempt) => attempt.chargeRef ?? []));
}
