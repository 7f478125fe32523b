import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, OrganisationLetterId } from '../../domain/ids.ts';
import type { OrganisationLetterKind } from '../../domain/organisations/organisation-letter.ts';

const OrganisationLetterSchema = defineEntity({
  name: 'OrganisationLetter',
  tableName: 'organisation_letter',
  indexes: [
    { name: 'organisation_letter_due_index', properties: ['state', 'dueAt'] },
    { name: 'organisation_letter_organisation_index', properties: ['organisationId', 'id'] },
  ],
  uniques: [{ name: 'organisation_letter_dedupe_unique', properties: ['dedupeKey'] }],
  properties: {
    id: p.string().$type<OrganisationLetterId>().length(30).collation('ascii_bin').primary(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<OrganisationLetterKind>().length(40).collation('ascii_bin'),
    dedupeKey: p.string().length(120).collation('ascii_bin'),
    /** Its address when it was told: one that changes later does not change who is told of that. */
    recipient: p.string().length(254),
    facts: p.text(),
    attachmentName: p.string().length(120).nullable(),
    attachment: p.blob().columnType('mediumblob').nullable().lazy(),
    subject: p.string().length(200).nullable(),
    state: p.string().$type<'pending' | 'sent' | 'failed'>().length(12).collation('ascii_bin'),
    attempts: p.integer().default(0),
    createdAt: p.datetime(6),
    dueAt: p.datetime(6).nullable(),
    sentAt: p.datetime(6).nullable(),
  },
});
/** Something an organisation's office is told by e-mail, once for each address. */
export class OrganisationLetter extends OrganisationLetterSchema.class {}
OrganisationLetterSchema.setClass(OrganisationLetter);
