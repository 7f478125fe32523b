import type { SqlEntityManager } from '@mikro-orm/sql';
import type { BankStatementFact } from '../../domain/reconciliation/bank-statement.ts';
import { DomainError } from '../../domain/errors.ts';
import { bankStatementId } from '../../domain/ids.ts';
import { BankStatementLine } from './bank-statement-line.entity.ts';
import { BankStatement } from './bank-statement.entity.ts';
import { newId } from '../new-id.ts';

export interface NewBankStatement {
  readonly bankRef: string;
  readonly digest: string;
  readonly fact: BankStatementFact;
  readonly actor: string;
  readonly at: Date;
}

/** A statement with its lines. */
export interface WholeStatement {
  readonly statement: BankStatement;
  readonly lines: readonly BankStatementLine[];
}

/** Writes a statement down with all of its lines. The digest is unique. */
export async function takeBankStatement(
  em: SqlEntityManager,
  { bankRef, digest, fact, actor, at }: NewBankStatement,
): Promise<WholeStatement> {
  const { lines: shown, ...head } = fact;
  const id = bankStatementId(newId('bankStatement'));
  const statement = em.create(BankStatement, {
    ...{ id, bankRef, digest, ...head, lineCount: shown.length, matched: 0, actor, createdAt: at },
  });
  const lines = shown.map((line, index) =>
    em.create(BankStatementLine, { statementId: id, lineNo: index + 1, ...line }),
  );
  em.persist([statement, ...lines]);
  await em.flush();
  return { statement, lines };
}

/** The statement that was made of these bytes; null where they are new. */
export async function statementOfBytes(em: SqlEntityManager, digest: string): Promise<BankStatement | null> {
  return em.findOne(BankStatement, { digest });
}

/** The statement named `id`. Throws `not_found`. */
export async function loadBankStatement(em: SqlEntityManager, id: string): Promise<WholeStatement> {
  const statement = await em.findOne(BankStatement, { id: id as BankStatement['id'] });
  if (statement === null) throw new DomainError('not_found', 'There is no such statement.');
  const lines = await em.find(BankStatementLine, { statementId: statement.id }, { orderBy: { lineNo: 'asc' } });
  return { statement, lines };
}

/** Statements, the newest first; `before` is the number of the last one of the page before. */
export async function listBankStatements(
  em: SqlEntityManager,
  {
    limit,
    before,
    bankRef,
  }: { readonly limit: number; readonly before: number | null; readonly bankRef: string | null },
): Promise<readonly BankStatement[]> {
  const where = { ...(before === null ? {} : { no: { $lt: before } }), ...(bankRef === null ? {} : { bankRef }) };
  return em.find(BankStatement, where, { orderBy: { no: 'desc' }, limit });
}
