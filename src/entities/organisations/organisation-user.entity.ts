import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId } from '../../domain/ids.ts';
import type { OrganisationUserRole } from '../../domain/roles.ts';

const OrganisationUserSchema = defineEntity({
  name: 'OrganisationUser',
  tableName: 'organisation_user',
  properties: {
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').primary(),
    /** As the issuer of tokens names the person; case counts. */
    subject: p.string().length(100).collation('ascii_bin').primary(),
    role: p.string().$type<OrganisationUserRole>().length(12).collation('ascii_bin'),
    actor: p.string().length(120).collation('ascii_bin'),
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
  },
});
/** A person who may see or move an organisation's money with a token of their own (decisions D32). */
export class OrganisationUser extends OrganisationUserSchema.class {}
OrganisationUserSchema.setClass(OrganisationUser);
