import type { SqlEntityManager } from '@mikro-orm/sql';
import type { Iou } from './iou.entity.ts';
import type { Member } from './member.entity.ts';
import { Notice } from './notice.entity.ts';
import { newNotice, type Word } from './notice-rows.ts';

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

function persistNotice(em: SqlEntityManager, told: IouWord, { kind, dedupeKey, at }: Telling): void {
  const { iou, debtor, organisationName } = told;
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
  const word: Word = { memberId: debtor.id, kind, dedupeKey, facts, inApp: false };
  em.persist(em.create(Notice, newNotice(word, at)));
}
