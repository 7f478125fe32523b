import type { SqlEntityManager } from '@mikro-orm/sql';
import type { MemberId, OrganisationId } from '../../domain/ids.ts';
import { MemberConsent } from './member-consent.entity.ts';

/** The consents of a member that stand. */
export async function consentsOf(em: SqlEntityManager, memberId: MemberId): Promise<readonly MemberConsent[]> {
  return em.find(MemberConsent, { memberId, revokedAt: null }, { orderBy: { organisationId: 'asc' } });
}

/** Gives a consent, for the first time or again. */
export async function grantConsent(
  em: SqlEntityManager,
  consent: { readonly memberId: MemberId; readonly organisationId: OrganisationId; readonly actor: string },
  at: Date,
): Promise<void> {
  await em.upsert(MemberConsent, { ...consent, grantedAt: at, revokedAt: null });
}

/** Takes a consent back; one that is not there stays so. */
export async function revokeConsent(
  em: SqlEntityManager,
  { memberId, organisationId, actor }: { memberId: MemberId; organisationId: OrganisationId; actor: string },
  at: Date,
): Promise<void> {
  await em.nativeUpdate(MemberConsent, { memberId, organisationId, revokedAt: null }, { revokedAt: at, actor });
}

/** Those of `memberIds` who let the organisation charge them. */
export async function consenting(
  em: SqlEntityManager,
  organisationId: OrganisationId,
  memberIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const ids = [...new Set(memberIds)] as MemberId[];
  const found = await em.find(MemberConsent, { organisationId, revokedAt: null, memberId: { $in: ids } });
  return new Set(found.map(({ memberId }) => memberId));
}
