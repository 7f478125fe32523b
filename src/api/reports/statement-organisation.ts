import { isCurrency } from '../../domain/currency.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { unitOfWork, type Orm } from '../../entities/orm.ts';
import { scopedTo } from '../../entities/scoped-reads.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import type { StatementOrganisation } from '../../reports/organisations/organisation-statement.ts';
import { refusedField } from '../refused-field.ts';
import { keyed } from '../route.ts';
import { idParam } from '../schemas.ts';

/** What organisations' statements are read from. */
export interface OrganisationReportParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
}

/** Who may read what an organisation has (decisions D33). */
export const reportViewers = keyed('organisation', 'payments.manage.view', 'payments.global.view');
export const organisationParams = idParam('organisation');

/**
 * The organisation with `id` and its book in `currency`, its own by default. Throws `not_found` also for one out of the
 * caller's reach.
 */
export async function ownOrganisation(
  orm: Orm,
  principal: Principal,
  asked: { readonly id: string; readonly currency?: string | undefined },
): Promise<StatementOrganisation> {
  const found = await scopedTo(unitOfWork(orm), principal).organisation(asked.id);
  if (found === null) throw new DomainError('not_found', 'There is no such organisation.');
  const { id, no, name, zone, address } = found;
  const currency = asked.currency ?? found.currency;
  if (!isCurrency(currency)) throw refusedField('invalid_request', 'currency', 'is not one of ours');
  return { id, no, name, zone, currency, address: address ?? null };
}
