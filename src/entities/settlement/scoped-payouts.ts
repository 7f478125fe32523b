import type { FilterQuery } from '@mikro-orm/core';
import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Scope } from '../../domain/principal.ts';
import { BankResultLine } from './bank-result-line.entity.ts';
import { BankResult } from './bank-result.entity.ts';
import { PayoutFile } from './payout-file.entity.ts';
import { Payout } from './payout.entity.ts';
import { RemittanceAdvice } from './remittance-advice.entity.ts';
import type { Page, PageRequest } from '../scoped-reads.ts';

/**
 * Reads of payouts within the caller's scope, as `scopedTo` has them for all else (decisions D54): an organisation sees
 * its own; files and banks' answers are the platform's.
 */
export class ScopedPayouts {
  readonly #em: SqlEntityManager;
  readonly #scope: Scope;

  constructor(em: SqlEntityManager, scope: Scope) {
    this.#em = em;
    this.#scope = scope;
  }

  async payout(id: string): Promise<Payout | null> {
    return this.#em.findOne(Payout, { $and: [{ id: id as Payout['id'] }, this.#own()] });
  }

  /** What was issued for a payout; null before that. */
  async remittance(id: string): Promise<RemittanceAdvice | null> {
    const payout = await this.payout(id);
    return payout === null ? null : this.#em.findOne(RemittanceAdvice, { payoutId: payout.id });
  }

  /** The newest first. */
  async payouts({ limit, after }: PageRequest, filter: FilterQuery<Payout>): Promise<Page<Payout>> {
    const where = { $and: [this.#own(), filter, before(after)] } as FilterQuery<Payout>;
    return cut(await this.#em.find(Payout, where, { orderBy: { id: 'desc' }, limit: limit + 1 }), limit);
  }

  async file(id: string): Promise<PayoutFile | null> {
    return this.#isPlatform() ? this.#em.findOne(PayoutFile, { id: id as PayoutFile['id'] }) : null;
  }

  /** The newest first. */
  async files({ limit, after }: PageRequest): Promise<Page<PayoutFile>> {
    if (!this.#isPlatform()) return { rows: [], nextCursor: null };
    const where = before(after) as FilterQuery<PayoutFile>;
    return cut(await this.#em.find(PayoutFile, where, { orderBy: { id: 'desc' }, limit: limit + 1 }), limit);
  }

  async bankResult(id: string): Promise<{ readonly result: BankResult; readonly lines: BankResultLine[] } | null> {
    if (!this.#isPlatform()) return null;
    const result = await this.#em.findOne(BankResult, { id: id as BankResult['id'] });
    if (result === null) return null;
    const lines = await this.#em.find(BankResultLine, { resultId: result.id }, { orderBy: { lineNo: 'asc' } });
    return { result, lines };
  }

  #own(): FilterQuery<Payout> {
    return this.#scope.organisationId === null ? {} : { organisationId: this.#scope.organisationId };
  }

  #isPlatform(): boolean {
    return this.#scope.organisationId === null;
  }
}

function before(cursor: string | null): { id?: { $lt: never } } {
  return cursor === null ? {} : { id: { $lt: cursor as never } };
}

function cut<T extends { id: string }>(rows: readonly T[], limit: number): Page<T> {
  const kept = rows.slice(0, limit);
  return { rows: kept, nextCursor: rows.length > limit ? (kept.at(-1)?.id ?? null) : null };
}
