import { noticeId, type MemberId } from '../../domain/ids.ts';
import type { NoticeFacts, NoticeKind } from '../../domain/members/notice.ts';
import type { Rider } from '../../ledger/riders.ts';
import { newId } from '../new-id.ts';

/** What a member is told of, and from what its words are made; `dedupeKey` makes it be told once. */
export interface Word {
  readonly memberId: MemberId;
  readonly kind: NoticeKind;
  readonly dedupeKey: string;
  readonly facts: NoticeFacts;
  readonly inApp: boolean;
}

/** A notice that is due at once, as a new row of its entity. */
export function newNotice(word: Word, at: Date) {
  return {
    ...word,
    id: noticeId(newId('notice')),
    facts: JSON.stringify(word.facts),
    byEmail: true,
    state: 'pending',
    attempts: 0,
    createdAt: at,
    dueAt: at,
  } as const;
}

/** The same as a row that rides with the change that it tells of. */
export function noticeRider(word: Word, at: Date): Rider {
  const { memberId, dedupeKey, inApp, byEmail, createdAt, dueAt, ...same } = newNotice(word, at);
  const named = { member_id: memberId, dedupe_key: dedupeKey, in_app: inApp, by_email: byEmail };
  return { insert: 'notice', row: { ...same, ...named, created_at: createdAt, due_at: dueAt } };
}
