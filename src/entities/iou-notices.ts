import type { SqlEntityManager } from '@mikro-orm/sql';
import { noticeId } from '../domain/ids.ts';
import type { Iou } from './iou.entity.ts';
import type { Member } from './member.entity.ts';
import { newId } from './new-id.ts';
import { Notice } from './notice.entity.ts';

/** What a debtor is told of an IOU. */
export interface IouWord {
  readonly iou: Iou;
  readonly debtor: Member;
  readonly organisationName: string;
}

/** "Pending Payment to <club>", with the change that it tells of (cobalt.md 2.22). Accounts of the house are told nothing. */
export function tellOfIou(em: SqlEntityManager, word: IouWord, at: Date): void {
  persistNotice(em, word, { kind: 'iou_created', dedupeKey: `iou-created-${word.iou.id}`, at });
}

/** A reminder, at most one in a day for each IOU. */
export function remindOfIou(em: SqlEntityManager, word: IouWord, at: Date): void {
  persistNotice(em, word, { kind: 'iou_reminder', dedupeKey: `iou-reminder-${word.iou.id}-${at.toISOString()}`, at });
}

interface Telling {
  readonly kind: 'iou_created' | 'iou_reminder';
  readonly dedupeKey: string;
  readonly at: Date;
}

function persistNotice(em: SqlEntityManager, word: IouWord, { kind, dedupeKey, at }: Telling): void {
  const { iou, debtor, organisationName } = word;
  if (debtor.isSystem) return;
  const facts = {
    iou: iou.id,
    no: iou.no,
    organisation: organisationName,
    amountMinor: iou.amountMinor,
    currency: iou.currency,
    description: iou.description ?? null,
    dueAt: iou.dueAt?.toISOString() ?? null,
  };
  em.persist(
    em.create(Notice, {
      id: noticeId(newId('notice')),
      memberId: debtor.id,
      kind,
      dedupeKey,
      facts: JSON.stringify(facts),
      inApp: false,
      byEmail: true,
      state: 'pending',
      createdAt: at,
      dueAt: at,
    }),
  );
}
