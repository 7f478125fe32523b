import { defineEntity, p } from '@mikro-orm/core';
import type { MemberId, NoticeId } from '../../domain/ids.ts';
import type { NoticeKind } from '../../domain/members/notice.ts';

/** `none`: there is nothing to send, it is only shown. */
export type NoticeState = 'pending' | 'sent' | 'failed' | 'none';

const NoticeSchema = defineEntity({
  name: 'Notice',
  tableName: 'notice',
  indexes: [
    { name: 'notice_member_index', properties: ['memberId', 'id'] },
    { name: 'notice_due_index', properties: ['state', 'dueAt'] },
  ],
  uniques: [{ name: 'notice_dedupe_unique', properties: ['dedupeKey'] }],
  properties: {
    id: p.string().$type<NoticeId>().length(30).collation('ascii_bin').primary(),
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<NoticeKind>().length(40).collation('ascii_bin'),
    dedupeKey: p.string().length(120).collation('ascii_bin'),
    facts: p.text(),
    subject: p.string().length(200).nullable(),
    inApp: p.boolean(),
    byEmail: p.boolean(),
    state: p.string().$type<NoticeState>().length(12).collation('ascii_bin'),
    attempts: p.integer().default(0),
    createdAt: p.datetime(6),
    dueAt: p.datetime(6).nullable(),
    sentAt: p.datetime(6).nullable(),
    readAt: p.datetime(6).nullable(),
  },
});
/** Something a member is told, once: in the app, by e-mail, or both (cobalt.md 2.22). */
export class Notice extends NoticeSchema.class {}
NoticeSchema.setClass(Notice);
