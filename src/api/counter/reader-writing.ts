import { DomainError } from '../../domain/errors.ts';
import { readerId, siteId, type ReaderId } from '../../domain/ids.ts';
import { signatureOf, type Principal } from '../../domain/principal.ts';
import type { ReaderAdministration } from '../../domain/counter/reader-administration.ts';
import { recordAct } from '../../entities/audit.ts';
import {
  claimRequest,
  storeAnswer,
  type SeenRequest,
  type StoredAnswer,
  type WriteRequest,
} from '../../entities/idempotency.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import type { ProcessorAccount } from '../../entities/processor-account.entity.ts';
import {
  accountOfSite,
  keepReader,
  newReaderId,
  releaseFromAdministration,
  takeForAdministration,
} from '../../entities/counter/reader-registry.ts';
import type { Reader } from '../../entities/counter/reader.entity.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { Site } from '../../entities/counter/site.entity.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { freshAnswer, replayed, replayOf, requireSameRequest } from '../once.ts';
import { problem } from '../problems.ts';
import type { Answer } from '../route.ts';
import { refusedField } from '../refused-field.ts';
import { readerView } from '../views.ts';

export interface ReaderWritingParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  /** The processor's reader administration of an account. */
  readonly administrationFor: (account: ProcessorAccount) => ReaderAdministration;
}

export interface Registration {
  readonly principal: Principal;
  readonly write: WriteRequest;
  readonly body: { readonly site: string; readonly registrationCode: string; readonly label: string };
}

/**
 * Pairs a reader: its id is written under the caller's key before the processor is asked, and is the processor's key
 * too. So a repeated request whose answer was lost finds the same reader instead of "code used" (decisions D75).
 */
export async function registerReader(parts: ReaderWritingParts, asked: Registration): Promise<Answer> {
  const em = unitOfWork(parts.orm);
  const site = await scopedTo(em, asked.principal).site({ id: siteId(asked.body.site) });
  if (site === null) throw refusedField('not_found', 'site', 'names no site of yours');
  const location = site.providerLocation;
  if (!location)
    throw new DomainError('conflict', 'The site has no location at the processor yet; set providerLocation.');
  const claim = await claimRequest(parts.pool, asked.write, {
    resourceId: newReaderId(),
    createdAt: new Date().toISOString(),
  });
  if (!claim.fresh) {
    requireSameRequest(claim.seen, asked.write);
    if (claim.seen.answer !== null) return replayOf(claim.seen, asked.write);
  }
  const answer = await pair(parts, asked, { site, location, seen: claim.seen });
  return claim.fresh ? answer : replayed(answer);
}

async function pair(
  parts: ReaderWritingParts,
  { body, principal }: Registration,
  found: { readonly site: Site; readonly location: string; readonly seen: SeenRequest },
): Promise<Answer> {
  const administration = await administrationOf(parts, found.site);
  const outcome = await administration.register({
    key: `reader-${found.seen.resourceId}-register`,
    providerLocation: found.location,
    registrationCode: body.registrationCode,
    label: body.label,
  });
  if (outcome.kind === 'refused') {
    const refusal = problem('registration_code_refused', outcome.message);
    return keep(parts, found.seen, { status: refusal.status, body: JSON.stringify(refusal) });
  }
  const view = await unitOfWork(parts.orm).transactional(async (em) => {
    const reader = await keepReader(em, {
      id: readerId(found.seen.resourceId),
      site: found.site,
      reader: outcome.reader,
    });
    const after = readerView(reader);
    recordAct(em, {
      ...signatureOf(principal),
      action: 'reader.register',
      target: after.id,
      organisationId: reader.organisationId,
      after,
    });
    return after;
  });
  return keep(parts, found.seen, { status: 201, body: JSON.stringify(view) });
}

async function keep(parts: ReaderWritingParts, seen: SeenRequest, answer: StoredAnswer): Promise<Answer> {
  await storeAnswer(parts.pool, seen.id, answer);
  return freshAnswer(answer, seen.resourceId);
}

/** An administrative act on a reader: what to ask of the processor, and what to change of the row then. */
export interface ReaderAct {
  readonly action: 'reader.rename' | 'reader.remove';
  readonly principal: Principal;
  readonly readerId: string;
  ask(administration: ReaderAdministration, reader: Reader): Promise<void>;
  change(reader: Reader): void;
}

/**
 * Does an administrative act on a reader that no sale holds: lease, processor, row. The lease is given back even when
 * the processor is silent, since a repeated act is harmless and a sale would find out by itself.
 */
export async function administerReader(parts: ReaderWritingParts, act: ReaderAct): Promise<Answer> {
  const em = unitOfWork(parts.orm);
  const reader = await scopedTo(em, act.principal).reader(act.readerId);
  if (reader === null) throw noSuchReader();
  if (reader.removedAt && act.action === 'reader.remove') return { status: 200, body: readerView(reader) };
  const site = await scopedTo(em, act.principal).site({ id: reader.siteId });
  if (site === null) throw noSuchReader();
  await takeLease(parts.pool, reader.id);
  try {
    await act.ask(await administrationOf(parts, site), reader);
    return { status: 200, body: await changeRow(parts, act) };
  } finally {
    await releaseFromAdministration(parts.pool, reader.id);
  }
}

async function takeLease(pool: SqlPool, id: ReaderId): Promise<void> {
  const lease = await takeForAdministration(pool, id);
  if (lease.kind === 'removed') throw new DomainError('reader_removed', 'The reader was removed from the site.');
  if (lease.kind === 'held') {
    throw new DomainError('reader_in_use', 'A sale holds the reader; finish or cancel it first.', {
      heldBy: lease.reader.leaseOwner,
    });
  }
}

async function changeRow(parts: ReaderWritingParts, act: ReaderAct): Promise<unknown> {
  return unitOfWork(parts.orm).transactional(async (em) => {
    const reader = await scopedTo(em, act.principal).reader(act.readerId);
    if (reader === null) throw noSuchReader();
    const before = readerView(reader);
    act.change(reader);
    const after = readerView(reader);
    recordAct(em, {
      ...signatureOf(act.principal),
      action: act.action,
      target: reader.id,
      organisationId: reader.organisationId,
      before,
      after,
    });
    return after;
  });
}

/** The administration of readers at the account that `site` sells through. */
export async function administrationOf(parts: ReaderWritingParts, site: Site): Promise<ReaderAdministration> {
  return parts.administrationFor(await accountOfSite(unitOfWork(parts.orm), site));
}

/** An unknown reader, or somebody else's. */
export function noSuchReader(): DomainError {
  return new DomainError('not_found', 'There is no such reader.');
}
