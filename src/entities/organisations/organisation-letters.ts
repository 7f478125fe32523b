import type { SqlEntityManager } from '@mikro-orm/sql';
import { organisationLetterId, type OrganisationId } from '../../domain/ids.ts';
import type { NoticeFacts } from '../../domain/members/notice.ts';
import type { OrganisationLetterKind } from '../../domain/organisations/organisation-letter.ts';
import type { Rider } from '../../ledger/riders.ts';
import { newId } from '../new-id.ts';
import { OrganisationLetter } from './organisation-letter.entity.ts';

/** What an organisation's office is told; `dedupeKey` makes it be told once. */
export interface OrganisationLetterWord {
  readonly organisationId: OrganisationId;
  /** Null: it has no address, and nobody is told. */
  readonly recipient: string | null | undefined;
  readonly kind: OrganisationLetterKind;
  /** At most 120 ASCII characters. */
  readonly dedupeKey: string;
  readonly facts: NoticeFacts;
  /** A file beside the words, such as a remittance advice. */
  readonly attachment?: { readonly name: string; readonly content: Buffer };
}

/** Queues a letter to an organisation: a rider that commits with the change that it tells of, or none without address. */
export function organisationLetterRiders(word: OrganisationLetterWord, at: Date): readonly Rider[] {
  const { recipient, organisationId, dedupeKey, kind, attachment } = word;
  if (recipient === null || recipient === undefined) return [];
  const row = {
    ...{ id: organisationLetterId(newId('organisationLetter')), organisation_id: organisationId, kind, recipient },
    ...{ dedupe_key: dedupeKey, facts: JSON.stringify(word.facts), state: 'pending', attempts: 0 },
    ...{ attachment_name: attachment?.name ?? null, attachment: attachment?.content ?? null },
    ...{ created_at: at, due_at: at },
  };
  return [{ insert: 'organisation_letter', row }];
}

/** The same with the change that `em` is about to write. */
export function queueOrganisationLetter(em: SqlEntityManager, word: OrganisationLetterWord, at: Date): void {
  const { recipient, organisationId, dedupeKey, kind, attachment } = word;
  if (recipient === null || recipient === undefined) return;
  const id = organisationLetterId(newId('organisationLetter'));
  const letter = em.create(OrganisationLetter, {
    ...{ id, organisationId, kind, recipient, dedupeKey, facts: JSON.stringify(word.facts) },
    ...{ attachmentName: attachment?.name ?? null, attachment: attachment?.content ?? null },
    ...{ attempts: 0, createdAt: at, dueAt: at },
    state: 'pending',
  });
  em.persist(letter);
}
