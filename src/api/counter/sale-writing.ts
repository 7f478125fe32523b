import type { UpdateDefinition } from '@temporalio/common';
import { parseCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import { apiKeyId, isId, saleId, type IdempotencyRequestId, type ApiKeyId } from '../../domain/ids.ts';
import { formatMajor, money } from '../../domain/money.ts';
import type { Principal } from '../../domain/principal.ts';
import { isFinalSaleState, type SaleState } from '../../domain/counter/sale.ts';
import { answerWhenOver, type ClosedCommand } from '../../domain/counter/sale-over.ts';
import type { SaleAnswer } from '../../domain/counter/sale-snapshot.ts';
import { actStatement, type Act } from '../../entities/audit.ts';
import type { AnswerKeeper } from '../../entities/answer-keeper.ts';
import {
  claimRequest,
  newRequestId,
  type SeenRequest,
  type StoredAnswer,
  type WriteRequest,
} from '../../entities/idempotency.ts';
import { newId } from '../../entities/new-id.ts';
import type { SaleFacts } from '../../entities/counter/sale-facts.ts';
import { insertSale, readIntake, type Counter, type NewSale } from '../../entities/counter/sale-intake.ts';
import { findSale, findSaleAndRequest, type SaleRow } from '../../entities/counter/sales.read.ts';
import { isDuplicate, type SqlPool } from '../../entities/sql-pool.ts';
import { freshAnswer, replayed, replayOf, requireSameRequest } from '../once.ts';
import { problem } from '../problems.ts';
import type { Answer } from '../route.ts';
import type { MessageOutcome, SaleMessenger } from './sale-messenger.ts';
import { refusedField } from '../refused-field.ts';
import { askedAmounts, siteRef, type NewSaleRequest } from './sale-requests.ts';
import { commandAnswer, saleRowView } from './sale-view.ts';

export interface SaleWritingParts {
  readonly pool: SqlPool;
  readonly messenger: SaleMessenger;
  readonly answers: AnswerKeeper;
  /** Minor units; the limit of one sale, whatever its currency allows. */
  readonly amountMaxMinor: number;
}

/** A sale that is asked for: by whom, under which key, and what. */
export interface SaleRequest {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly body: NewSaleRequest;
}

/** A command on a sale. */
export interface SaleCommand<Command> {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly saleId: string;
  readonly update: UpdateDefinition<SaleAnswer, [Command]>;
  /** Whether a reading of the processor could make the command legal (decisions D65). */
  readonly admits: (state: SaleState) => boolean;
  /** A privileged act, to be written down with the claim. */
  readonly act?: (sale: SaleRow) => Act;
  /** The message for the workflow. */
  readonly message: (facts: SaleFacts) => Command;
  /** The command as a sale that is over answers it. */
  readonly whenOver: (facts: SaleFacts) => ClosedCommand;
  /** Refuses what the command names and the sale's site does not have. */
  readonly check: (facts: SaleFacts) => Promise<void>;
}

// Temporal forgets a closed workflow after a day at the earliest (spec/temporal.md 0.1-3): a request that is repeated
// later must not start its sale a second time.
const startableMs = 20 * 3_600_000;

/**
 * Makes a sale: one round trip to read, one to write the intention, one to the workflow; its answer is kept after it was
 * given. The same key goes on where an earlier request stopped, whatever had become of that one.
 */
export async function createSale(parts: SaleWritingParts, asked: SaleRequest): Promise<Answer> {
  const query = {
    scope: asked.principal,
    site: siteRef(asked.body.site),
    reader: asked.body.reader,
    request: asked.write,
  };
  const { seen, counter } = await readIntake(parts.pool, query);
  if (seen !== null) return resumeSale(parts, asked, seen);
  const sale = newSale(parts, asked, counter);
  const id = newRequestId();
  let facts: SaleFacts;
  try {
    facts = await insertSale(parts.pool, { id, request: asked.write }, sale);
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    const again = await readIntake(parts.pool, query);
    if (again.seen === null) throw error;
    return resumeSale(parts, asked, again.seen);
  }
  const outcome = await parts.messenger.begin(id, beginOrder(facts, sale.readerId));
  return conclude(parts, { id, principal: asked.principal, doneStatus: 201 }, { facts, outcome });
}

/** Sends a command to a sale, once per key; a repeated one joins the first and gets its outcome. */
export async function commandSale<Command>(parts: SaleWritingParts, asked: SaleCommand<Command>): Promise<Answer> {
  const query = { scope: asked.principal, id: asked.saleId, request: asked.write };
  const { seen, sale } = await findSaleAndRequest(parts.pool, query);
  if (sale === null) throw noSuchSale();
  if (seen !== null) return resumeCommand(parts, asked, { seen, sale });
  const command = asked.message(sale.facts);
  if (isFinalSaleState(sale.snapshot.state)) return overAnswer(asked, sale);
  if (!asked.admits(sale.snapshot.state)) throw wrongState(sale);
  await asked.check(sale.facts);
  const claim = await claimRequest(parts.pool, asked.write, {
    resourceId: asked.saleId,
    createdAt: new Date().toISOString(),
    ...(asked.act === undefined ? {} : { with: [actStatement(asked.act(sale))] }),
  });
  if (!claim.fresh) return resumeCommand(parts, asked, { seen: claim.seen, sale });
  const { id } = claim.seen;
  const outcome = await parts.messenger.send(asked.update, { saleId: asked.saleId, updateId: id, command });
  if (outcome.kind === 'closed') return concludeOver(parts, asked);
  return conclude(parts, { id, principal: asked.principal, doneStatus: 200 }, { facts: sale.facts, outcome });
}

async function resumeSale(parts: SaleWritingParts, asked: SaleRequest, seen: SeenRequest): Promise<Answer> {
  requireSameRequest(seen, asked.write);
  if (seen.answer !== null) return replayOf(seen, asked.write, addressOf(seen.resourceId));
  const sale = await findSale(parts.pool, asked.principal, seen.resourceId);
  if (sale === null) throw noSuchSale();
  const isOld = Date.now() - Date.parse(sale.facts.createdAt) > startableMs;
  const outcome = isOld
    ? await parts.messenger.outcomeOf(seen.resourceId, seen.id)
    : await parts.messenger.begin(seen.id, beginOrder(sale.facts, sale.snapshot.readerId));
  const context = { id: seen.id, principal: asked.principal, doneStatus: 201 } as const;
  return replayed(await conclude(parts, context, { facts: sale.facts, outcome }));
}

async function resumeCommand<Command>(
  parts: SaleWritingParts,
  asked: SaleCommand<Command>,
  found: { readonly seen: SeenRequest; readonly sale: SaleRow },
): Promise<Answer> {
  const { seen, sale } = found;
  requireSameRequest(seen, asked.write);
  if (seen.answer !== null) return replayOf(seen, asked.write, addressOf(seen.resourceId));
  const message = { saleId: asked.saleId, updateId: seen.id, command: asked.message(sale.facts) };
  let outcome = await parts.messenger.send(asked.update, message);
  if (outcome.kind === 'closed') outcome = await parts.messenger.outcomeOf(asked.saleId, seen.id);
  if (outcome.kind === 'closed') return replayed(await concludeOver(parts, asked));
  const context = { id: seen.id, principal: asked.principal, doneStatus: 200 } as const;
  return replayed(await conclude(parts, context, { facts: sale.facts, outcome }));
}

/** The sale ended before the command reached its workflow. */
async function concludeOver<Command>(parts: SaleWritingParts, asked: SaleCommand<Command>): Promise<Answer> {
  const sale = await findSale(parts.pool, asked.principal, asked.saleId);
  if (sale === null) throw noSuchSale();
  return overAnswer(asked, sale);
}

/** What is so already is answered; nothing moves and nothing is kept, since a final row answers the same for ever. */
function overAnswer<Command>(asked: SaleCommand<Command>, sale: SaleRow): Answer {
  const answer = answerWhenOver(asked.whenOver(sale.facts), sale.snapshot);
  return freshAnswer(commandAnswer(sale.facts, answer, 200), addressOf(sale.facts.id));
}

function newSale(parts: SaleWritingParts, asked: SaleRequest, counter: Counter | null): NewSale {
  const { body, principal } = asked;
  if (counter === null) throw refusedField('not_found', 'site', 'names no site of yours');
  if (counter.reader === null) throw refusedField('not_found', 'reader', 'names no reader of this site');
  if (counter.reader.removed) throw new DomainError('reader_removed', 'This reader was removed from the site.');
  if (!counter.organisationOpen)
    throw new DomainError('conflict', 'The organisation is closed and takes no new sales.');
  return {
    id: saleId(newId('sale')),
    counter,
    readerId: counter.reader.id,
    ...askedAmounts(body, counter.currency, parts.amountMaxMinor),
    description: body.description ?? null,
    captureMode: body.captureMode ?? counter.captureMode,
    apiKeyId: keyOf(principal),
    keyName: principal.name,
    createdAt: new Date().toISOString(),
  };
}

/** The counter speaks with keys; what a person sells there is not built yet. */
function keyOf({ keyId }: Principal): ApiKeyId {
  if (!isId('apiKey', keyId)) throw new DomainError('forbidden', 'Sales are made with the key of a till.');
  return apiKeyId(keyId);
}

function beginOrder(facts: SaleFacts, readerId: string | null) {
  const amount = formatMajor(money(facts.amountMinor, parseCurrency(facts.currency)));
  return {
    saleId: facts.id,
    organisationId: facts.organisationId,
    readerId: readerId ?? '',
    amountMinor: facts.amountMinor,
    summary: `Sale ${facts.no}: ${amount} ${facts.currency}`,
  };
}

interface Conclusion {
  readonly id: IdempotencyRequestId;
  readonly principal: Principal;
  readonly doneStatus: 200 | 201;
}

/** Keeps a definite answer, so that it is given again; what is not known now is read from the row and not kept. */
async function conclude(
  parts: SaleWritingParts,
  context: Conclusion,
  { facts, outcome }: { readonly facts: SaleFacts; readonly outcome: MessageOutcome },
): Promise<Answer> {
  const address = addressOf(facts.id);
  if ('sale' in outcome) {
    const answer = commandAnswer(facts, outcome, context.doneStatus);
    parts.answers.keep(context.id, answer);
    return freshAnswer(answer, address);
  }
  if (outcome.kind === 'away')
    throw new DomainError('temporarily_unavailable', 'Nothing is lost: repeat with the same key.');
  const sale = await findSale(parts.pool, context.principal, facts.id);
  if (sale === null) throw noSuchSale();
  return freshAnswer(outcome.kind === 'late' ? lateAnswer(sale) : closedAnswer(sale, context.doneStatus), address);
}

function lateAnswer(sale: SaleRow): StoredAnswer {
  return { status: 202, body: JSON.stringify(saleRowView(sale)) };
}

/** The workflow did not take the message. A sale that was begun long ago is shown as it stands; else nothing was done. */
function closedAnswer(sale: SaleRow, doneStatus: 200 | 201): StoredAnswer {
  const { state } = sale.snapshot;
  const begun = doneStatus === 201 && state !== 'created' && state !== 'never_begun';
  if (begun) return { status: 201, body: JSON.stringify(saleRowView(sale)) };
  const refusal = problem('sale_state_conflict', `The sale is ${state}.`, { state, sale: saleRowView(sale) });
  return { status: refusal.status, body: JSON.stringify(refusal) };
}

/** A command does not fit the state of the sale, which it names. */
function wrongState(sale: SaleRow): DomainError {
  const { state } = sale.snapshot;
  return new DomainError('sale_state_conflict', `The sale is ${state}.`, { state, sale: saleRowView(sale) });
}

function addressOf(sale: string): string {
  return `/v1/sales/${sale}`;
}

/** An unknown sale, or somebody else's. */
export function noSuchSale(): DomainError {
  return new DomainError('not_found', 'There is no such sale.');
}
