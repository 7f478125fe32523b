import type { SqlEntityManager } from '@mikro-orm/sql';
import { readerId, type ReaderId } from '../../domain/ids.ts';
import type { ProviderReader } from '../../domain/counter/reader-administration.ts';
import { newId } from '../new-id.ts';
import { ProcessorAccount } from '../processor-account.entity.ts';
import { takeReader, type LeaseOutcome } from './reader-lease.ts';
import { Reader } from './reader.entity.ts';
import type { Site } from './site.entity.ts';
import type { SqlPool } from '../sql-pool.ts';

/**
 * Takes a reader's lease for an administrative call (decisions D75). The owner is the same for each such call on the
 * reader, so that one whose process died can be taken up by the next.
 */
export async function takeForAdministration(pool: SqlPool, id: ReaderId): Promise<LeaseOutcome> {
  return pool.transaction((transaction) => takeReader(transaction, id, { kind: 'admin', owner: administratorOf(id) }));
}

/** Gives the reader back, unless a sale has it. */
export async function releaseFromAdministration(pool: SqlPool, id: ReaderId): Promise<void> {
  await pool.run('UPDATE reader SET lease_kind = NULL, lease_owner = NULL WHERE id = ? AND lease_owner = ?', [
    id,
    administratorOf(id),
  ]);
}

/** A fresh identifier of a reader, written before the processor is asked. */
export function newReaderId(): ReaderId {
  return readerId(newId('reader'));
}

/**
 * Keeps a reader that the processor has paired. A reader that was removed from the site and comes back keeps its row, so
 * that old sales go on naming it.
 */
export async function keepReader(
  em: SqlEntityManager,
  paired: { readonly id: ReaderId; readonly site: Site; readonly reader: ProviderReader },
): Promise<Reader> {
  const { site, reader } = paired;
  const known = await em.findOne(Reader, { siteId: site.id, providerRef: reader.providerRef });
  const facts = {
    label: reader.label,
    deviceType: reader.deviceType,
    serialNumber: reader.serialNumber,
    providerLocation: reader.providerLocation,
    removedAt: null,
  };
  if (known !== null) return em.assign(known, facts);
  const created = em.create(Reader, {
    ...facts,
    id: paired.id,
    organisationId: site.organisationId,
    siteId: site.id,
    providerRef: reader.providerRef,
    leaseKind: null,
    leaseOwner: null,
    fence: 0,
    createdAt: new Date(),
  });
  em.persist(created);
  return created;
}

/** The account that a site sells through; a site always has one. */
export async function accountOfSite(em: SqlEntityManager, site: Site): Promise<ProcessorAccount> {
  return em.findOneOrFail(ProcessorAccount, { id: site.processorAccountId });
}

function administratorOf(id: ReaderId): string {
  return `admin:${id}`;
}
