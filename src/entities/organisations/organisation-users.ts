import type { SqlEntityManager } from '@mikro-orm/sql';
import { organisationId, type OrganisationId } from '../../domain/ids.ts';
import type { OrganisationUserRole } from '../../domain/roles.ts';
import { OrganisationUser } from './organisation-user.entity.ts';
import { textOf, type SqlPool } from '../sql-pool.ts';

/** The people of an organisation that the caller was found to reach. */
export async function organisationUsers(em: SqlEntityManager, owner: OrganisationId): Promise<OrganisationUser[]> {
  return em.find(OrganisationUser, { organisationId: owner }, { orderBy: { subject: 'asc' } });
}

/** One of them, or null. */
export async function organisationUser(
  em: SqlEntityManager,
  owner: OrganisationId,
  subject: string,
): Promise<OrganisationUser | null> {
  return em.findOne(OrganisationUser, { organisationId: owner, subject });
}

/** What the person of a token may do for the organisation that it names; null for who is none of its people. */
export async function organisationRoleOf(
  pool: SqlPool,
  organisation: unknown,
  subject: string,
): Promise<{ readonly organisationId: OrganisationId; readonly role: OrganisationUserRole } | null> {
  if (typeof organisation !== 'string') return null;
  const [row] = await pool.rows(
    'SELECT organisation_id, role FROM organisation_user WHERE organisation_id = ? AND subject = ?',
    [organisation, subject],
  );
  if (row === undefined) return null;
  const role = textOf(row, 'role') === 'edit' ? 'edit' : 'view';
  return { organisationId: organisationId(textOf(row, 'organisation_id')), role };
}
