import type { SqlEntityManager } from '@mikro-orm/sql';
import { DomainError } from '../domain/errors.ts';
import type { SaleId } from '../domain/ids.ts';
import { ProcessorAccount } from './processor-account.entity.ts';
import { Reader } from './reader.entity.ts';
import { SaleAttempt } from './sale-attempt.entity.ts';
import { Sale } from './sale.entity.ts';
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

/** Reads a sale and what belongs to it. Throws `not_found`. */
export async function loadSaleFile(em: SqlEntityManager, saleId: SaleId): Promise<SaleFile> {
  const sale = await em.findOne(Sale, { id: saleId });
  if (sale === null) throw new DomainError('not_found', `There is no sale ${saleId}.`);
  const [site, account, reader, attempts] = await Promise.all([
    em.findOneOrFail(Site, { id: sale.siteId }),
    em.findOneOrFail(ProcessorAccount, { id: sale.processorAccountId }),
    sale.readerId ? em.findOne(Reader, { id: sale.readerId }) : null,
    sale.attempt > 0 ? em.find(SaleAttempt, { saleId }, { orderBy: { n: 'asc' } }) : [],
  ]);
  return { sale, site, account, reader, attempts };
}

/** Charges that were declined in this sale before, so that an old decline is not taken for a new one. */
export function knownDeclines(file: SaleFile): ReadonlySet<string> {
  return new Set(file.attempts.flatMap((attempt) => attempt.chargeRef ?? []));
}
