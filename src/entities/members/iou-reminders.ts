import type { SqlEntityManager } from '@mikro-orm/sql';
import type { OrganisationId } from '../../domain/ids.ts';
import { Iou } from './iou.entity.ts';
import { remindOfIou } from './iou-notices.ts';
import { Member } from './member.entity.ts';
import type { Organisation } from '../organisations/organisation.entity.ts';
import { sqlTime } from '../sql-pool.ts';

/** Nobody is reminded of the same IOU twice within this. */
const pauseMs = 24 * 3_600_000;
/** So many are reminded by one call at most; the rest is told, and reminded by the next call. */
const atOnce = 1_000;

/** Which IOUs of an organisation a bulk reminder means. */
export interface ReminderWish {
  readonly organisationId: OrganisationId;
  readonly overdueOnly: boolean;
}

/** Whether a reminder may be sent: open, and none was sent within a day. */
export function mayBeReminded(iou: Pick<Iou, 'state' | 'remindedAt'>, now: Date): boolean {
  const { remindedAt } = iou;
  return iou.state === 'open' && (!remindedAt || now.getTime() - remindedAt.getTime() >= pauseMs);
}

/** The open IOUs that a bulk reminder reaches, the oldest first, and how many belong to a number that nobody has. */
export async function iousToRemind(
  em: SqlEntityManager,
  { organisationId, overdueOnly }: ReminderWish,
  now: Date,
): Promise<{ readonly ious: readonly Iou[]; readonly unreachable: number }> {
  const due = `i.organisation_id = ? AND i.state = 'open' AND (i.reminded_at IS NULL OR i.reminded_at <= ?)
    ${overdueOnly ? 'AND i.due_at < ?' : ''}`;
  const values = [
    organisationId,
    sqlTime(new Date(now.getTime() - pauseMs).toISOString()),
    ...(overdueOnly ? [sqlTime(now.toISOString())] : []),
  ];
  const reached = await em.execute<{ id: Iou['id'] }[]>(
    `SELECT i.id FROM iou i JOIN member m ON m.no = i.member_no WHERE ${due} ORDER BY i.id LIMIT ${atOnce}`,
    values,
  );
  const [missed] = await em.execute<{ count: number | string }[]>(
    `SELECT COUNT(*) AS count FROM iou i LEFT JOIN member m ON m.no = i.member_no WHERE ${due} AND m.id IS NULL`,
    values,
  );
  const ids = reached.map((row) => row.id);
  const ious = ids.length === 0 ? [] : await em.find(Iou, { id: { $in: ids } }, { orderBy: { id: 'asc' } });
  return { ious, unreachable: Number(missed?.count ?? 0) };
}

/**
 * Reminds the debtors of an organisation's `ious`. Each IOU is taken by compare-and-set, so that two calls at once
 * remind nobody twice. Answers how many were reminded, and how many belong to a number that nobody has yet.
 */
export async function remindOf(
  em: SqlEntityManager,
  { ious, organisation }: { readonly ious: readonly Iou[]; readonly organisation: Organisation },
  now: Date,
): Promise<{ readonly reminded: number; readonly unreachable: number }> {
  const numbers = [...new Set(ious.map((iou) => iou.memberNo))];
  const members = numbers.length === 0 ? [] : await em.find(Member, { no: { $in: numbers } });
  const debtors = new Map(members.map((member) => [member.no, member]));
  let [reminded, unreachable] = [0, 0];
  for (const iou of ious) {
    const debtor = debtors.get(iou.memberNo);
    if (debtor === undefined) unreachable += 1;
    else if (await takeReminder(em, iou, now)) {
      remindOfIou(em, { iou, debtor, organisationName: organisation.name }, now);
      reminded += 1;
    }
  }
  await em.flush();
  return { reminded, unreachable };
}

async function takeReminder(em: SqlEntityManager, { id }: Iou, now: Date): Promise<boolean> {
  const taken: { affectedRows: number } = await em.execute(
    `UPDATE iou SET reminded_at = ?, version = version + 1
      WHERE id = ? AND state = 'open' AND (reminded_at IS NULL OR reminded_at <= ?)`,
    [sqlTime(now.toISOString()), id, sqlTime(new Date(now.getTime() - pauseMs).toISOString())],
    'run',
  );
  return taken.affectedRows === 1;
}
