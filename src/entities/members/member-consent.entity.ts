import { defineEntity, p } from '@mikro-orm/core';
import type { MemberId, OrganisationId } from '../../domain/ids.ts';

const MemberConsentSchema = defineEntity({
  name: 'MemberConsent',
  tableName: 'member_consent',
  indexes: [{ name: 'member_consent_organisation_index', properties: ['organisationId'] }],
  properties: {
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin').primary(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').primary(),
    /** Who gave it, or took it back. */
    actor: p.string().length(120).collation('ascii_bin'),
    grantedAt: p.datetime(6),
    revokedAt: p.datetime(6).nullable(),
  },
});
/** A member lets an organisation charge their balance with its own key (decisions D32). */
export class MemberConsent extends MemberConsentSchema.class {}
MemberConsentSchema.setClass(MemberConsent);
