import { processorAccountId } from '../../domain/ids.ts';
import type { ProcessorBooksPort } from '../../domain/reconciliation/processor-books-port.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import { ReconciliationBooks, type Range } from '../../entities/reconciliation/reconciliation-books.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import type { Poster } from '../../ledger/poster-contract.ts';

/** What reconciliation stands on; the worker provides it once. */
export interface ReconciliationDependencies {
  readonly orm: Orm;
  readonly pool: SqlPool;
  readonly poster: Poster;
  readonly now: () => Date;
  readonly booksAt: (account: ProcessorAccount) => ProcessorBooksPort;
  /** Whose local days are read, unless the account is an organisation's. */
  readonly defaultZone: string;
  /** Our own account at the bank that processors pay to, as in `bank/<bankRef>/<CUR>`. */
  readonly bankRef: string;
  /** What is younger than this may still become visible on the other side. */
  readonly graceMs: number;
}

/** One day of one processor account. */
export interface ReconciliationDay extends Range {
  readonly runId: string;
  readonly processorAccountId: string;
}

/** A day with what is needed to work on it. */
export interface ReconciliationDesk {
  readonly deps: ReconciliationDependencies;
  readonly account: ProcessorAccount;
  readonly books: ReconciliationBooks;
  readonly day: ReconciliationDay;
}

/** Opens the desk for `day`. Throws when there is no such account. */
export async function openReconciliationDesk(
  deps: ReconciliationDependencies,
  day: ReconciliationDay,
): Promise<ReconciliationDesk> {
  const id = processorAccountId(day.processorAccountId);
  const account = await unitOfWork(deps.orm).findOneOrFail(ProcessorAccount, { id });
  return { deps, account, books: new ReconciliationBooks(deps.pool, account.id), day };
}
