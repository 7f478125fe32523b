import type { SqlEntityManager } from '@mikro-orm/sql';
import type { OrganisationId } from '../../domain/ids.ts';
import { FeeOverride } from './fee-override.entity.ts';

/** Overrides in the order of their organisations, from the one after `after`; the platform's staff sees them all. */
export async function feeOverrides(
  em: SqlEntityManager,
  { after, limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<FeeOverride[]> {
  const where = after === undefined ? {} : { organisationId: { $gt: after as OrganisationId } };
  return em.find(FeeOverride, where, { orderBy: { organisationId: 'asc' }, limit });
}

/** The override of one organisation, or null. */
export async function feeOverrideOf(em: SqlEntityManager, organisation: string): Promise<FeeOverride | null> {
  return em.findOne(FeeOverride, { organisationId: organisation as OrganisationId });
}
