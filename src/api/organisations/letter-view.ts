import { z } from 'zod';
import type { NoticeFacts } from '../../domain/members/notice.ts';
import { organisationLetterWords } from '../../domain/organisations/organisation-letter.ts';
import type { OrganisationLetter } from '../../entities/organisations/organisation-letter.entity.ts';
import { id, time } from '../schemas.ts';

export const letterStates = ['pending', 'sent', 'failed'] as const;

/** Something an organisation's office is told by e-mail. */
export const letterSchema = z
  .object({
    id: id('organisationLetter'),
    organisation: id('organisation'),
    kind: z.string().meta({ examples: ['bank_details_changed'] }),
    recipient: z.string().meta({ description: 'The address that it goes to' }),
    subject: z.string(),
    attachment: z.string().nullable().meta({ description: 'The name of the file that goes with it' }),
    state: z.enum(letterStates),
    attempts: z.int(),
    dueAt: time.nullable().meta({ description: 'When it is tried next' }),
    createdAt: time,
    sentAt: time.nullable(),
  })
  .meta({ id: 'Letter' });

/** A row as `letterSchema` has it. */
export function letterView(row: OrganisationLetter): z.input<typeof letterSchema> {
  const { id, organisationId, kind, recipient, state, attempts } = row;
  return {
    ...{ id, organisation: organisationId, kind, recipient, state, attempts },
    subject: organisationLetterWords(kind, JSON.parse(row.facts) as NoticeFacts).subject,
    attachment: row.attachmentName ?? null,
    dueAt: row.dueAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
  };
}
