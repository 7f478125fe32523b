import { createHash } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import {
  StatementRefusal,
  type BankStatementFact,
  type BankStatementFormat,
} from '../../../domain/reconciliation/bank-statement.ts';
import { DomainError } from '../../../domain/errors.ts';
import { defaultBankRef } from '../../../domain/settlement/payout-file.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { recordAct } from '../../../entities/audit.ts';
import {
  listBankStatements,
  loadBankStatement,
  statementOfBytes,
  takeBankStatement,
} from '../../../entities/reconciliation/bank-statement-taking.ts';
import { isBankPlace, placeCode, type BankPlace } from '../../../entities/reconciliation/bank-statements.ts';
import type { Done } from '../../../entities/idempotency.ts';
import { unitOfWork } from '../../../entities/orm.ts';
import { readStatementFile } from '../../../reports/reconciliation/bank-statement-file.ts';
import {
  bankStatementHeadSchema,
  bankStatementHeadView,
  bankStatementSchema,
  bankStatementView,
} from '../../reconciliation/bank-statement-view.ts';
import { takeFile } from '../../begin-after.ts';
import { made } from '../../once.ts';
import type { PayoutParts } from '../../settlement/payout-writing.ts';
import { keyed, route, type Route, type TextBody } from '../../route.ts';
import { idParam, listOf } from '../../schemas.ts';

const tag = 'Reconciliation';
const viewers = keyed('platform', 'payments.global.view');
const bankRef = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ description: 'Our account at the bank, as in `bank/<bankRef>/<currency>`' });
const formats: Readonly<Record<string, BankStatementFormat>> = { 'text/csv': 'csv', 'application/xml': 'camt.053' };

/** Banks' statements of our own accounts, against the book. */
export function bankStatementRoutes(parts: PayoutParts): readonly Route[] {
  return [create(parts), list(parts), get(parts)];
}

function create(parts: PayoutParts): Route {
  return route({
    method: 'post',
    path: '/v1/bank-statements',
    tag,
    summary: "Take a bank's statement of one of our accounts",
    description:
      'CSV or camt.053. Refused as a whole when it cannot be read, does not lead from its opening to its closing balance, or was taken before. Payouts in bank files that it shows are confirmed; what it shows and the book does not have, or the other way round, becomes a difference. Audited.',
    policy: keyed('platform', 'payments.global.edit'),
    idempotency: 'optional',
    query: z.strictObject({ bankRef }),
    textTypes: Object.keys(formats),
    responses: { 202: { description: 'Taken; it is compared next', schema: bankStatementSchema } },
    handle: async ({ principal, query, textBody, once }) => {
      const taken = { ...requireText(textBody), bankRef: query.bankRef };
      return takeFile({
        take: () => once((em) => takeOnce(parts, { em, principal, taken })),
        first: () => statementOfBytes(unitOfWork(parts.orm), taken.digest),
        duplicate: duplicate(),
        begin: (id) => parts.payouts.compareStatement(id),
      });
    },
  });
}

interface Taken {
  readonly bankRef: string;
  readonly format: BankStatementFormat;
  readonly digest: string;
  readonly text: string;
}

interface Taking {
  readonly em: SqlEntityManager;
  readonly principal: Principal;
  readonly taken: Taken;
}

async function takeOnce(parts: PayoutParts, { em, principal, taken }: Taking): Promise<Done> {
  const { digest, format, text } = taken;
  if ((await statementOfBytes(em, digest)) !== null) throw duplicate();
  const fact = readOrRefuse(format, text);
  await requirePlace(parts, { bankRef: taken.bankRef, currency: fact.currency });
  const actor = principal.asserted ?? principal.keyId;
  const { statement, lines } = await takeBankStatement(em, {
    ...{ bankRef: taken.bankRef, digest, fact, actor, at: new Date() },
  });
  recordAct(em, {
    ...signatureOf(principal),
    action: 'bank_statement.take',
    target: statement.id,
    organisationId: null,
    after: { digest, bankRef: taken.bankRef, lines: lines.length },
  });
  return made(202, statement.id, bankStatementView(statement, lines));
}

/** A name that is mistyped would make a difference of every line. */
async function requirePlace({ pool, payoutSettings }: PayoutParts, place: BankPlace): Promise<void> {
  const { bankRef, currency } = place;
  // Before the first payout is confirmed the book does not have the account that it leaves.
  const ofPayouts = payoutSettings.originators[currency]?.bankRef ?? defaultBankRef;
  if (bankRef === ofPayouts || (await isBankPlace(pool, place))) return;
  throw new DomainError('statement_refused', `The book has no account ${placeCode(place)}.`);
}

function readOrRefuse(format: BankStatementFormat, text: string): BankStatementFact {
  try {
    return readStatementFile(format, text);
  } catch (error) {
    if (error instanceof StatementRefusal) throw new DomainError('statement_refused', error.message);
    throw error;
  }
}

function requireText(body: TextBody | null): Omit<Taken, 'bankRef'> {
  const format = formats[body?.type ?? ''];
  if (body === null || format === undefined) {
    throw new DomainError('unsupported_media_type', 'Send the statement as text/csv or application/xml.');
  }
  return { format, text: body.text, digest: createHash('sha256').update(body.text, 'utf8').digest('hex') };
}

function duplicate(): DomainError {
  return new DomainError('statement_duplicate', 'These bytes were taken before.');
}

function list({ orm }: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/bank-statements',
    tag,
    summary: "List banks' statements, the newest first",
    policy: viewers,
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(100).default(50),
      cursor: z.coerce.number().int().positive().optional().meta({ description: '`next_cursor` of the page before' }),
      bankRef: bankRef.optional(),
    }),
    responses: { 200: { description: 'A page of statements', schema: listOf(bankStatementHeadSchema) } },
    handle: async ({ query }) => {
      const { limit, cursor = null, bankRef: wanted = null } = query;
      const found = await listBankStatements(unitOfWork(orm), { limit, before: cursor, bankRef: wanted });
      const next = found.length < limit ? null : String(found.at(-1)?.no ?? '');
      return { status: 200, body: { items: found.map(bankStatementHeadView), next_cursor: next } };
    },
  });
}

function get({ orm }: PayoutParts): Route {
  return route({
    method: 'get',
    path: '/v1/bank-statements/:id',
    tag,
    summary: "Read a bank's statement, and what each line is in the book",
    policy: viewers,
    params: idParam('bankStatement'),
    responses: { 200: { description: 'As it stands', schema: bankStatementSchema } },
    handle: async ({ params }) => {
      const { statement, lines } = await loadBankStatement(unitOfWork(orm), params.id);
      return { status: 200, body: bankStatementView(statement, lines) };
    },
  });
}
