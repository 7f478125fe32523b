import { z } from 'zod';
import type { NoticeFacts } from '../../domain/members/notice.ts';
import { inAppText, wordsOf } from '../../domain/members/notice-words.ts';
import type { Notice } from '../../entities/members/notice.entity.ts';
import { id, time } from '../schemas.ts';

export const noticeStates = ['pending', 'sent', 'failed', 'none'] as const;

/** Something a member is told, as the host shows it. */
export const noticeSchema = z
  .object({
    id: id('notice'),
    member: id('member'),
    kind: z.string(),
    subject: z.string(),
    text: z.string().meta({ description: 'At most 100 characters' }),
    inApp: z.boolean().meta({ description: 'Whether the app shows it' }),
    state: z.enum(noticeStates).meta({ description: 'Of the e-mail; `none`: there is none' }),
    attempts: z.int().meta({ description: 'To send the e-mail' }),
    dueAt: time.nullable().meta({ description: 'When the e-mail is tried next' }),
    createdAt: time,
    sentAt: time.nullable(),
    readAt: time.nullable(),
  })
  .meta({ id: 'Notice' });

/** A row as `noticeSchema` has it; `otherName` is the other member's, where the notice tells of one. */
export function noticeView(row: Notice, otherName: string | null): z.input<typeof noticeSchema> {
  const { id, memberId, kind, inApp, state, attempts } = row;
  const words = wordsOf(kind, { facts: JSON.parse(row.facts) as NoticeFacts, otherName });
  return {
    ...{ id, member: memberId, kind, inApp, state, attempts },
    subject: words.subject,
    text: inAppText(words),
    dueAt: row.dueAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    sentAt: row.sentAt?.toISOString() ?? null,
    readAt: row.readAt?.toISOString() ?? null,
  };
}
