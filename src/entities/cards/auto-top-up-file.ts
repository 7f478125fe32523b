import { DomainError } from '../../domain/errors.ts';
import type { MemberId } from '../../domain/ids.ts';
import { AutoTopUp } from './auto-top-up.entity.ts';
import { Member } from '../members/member.entity.ts';
import { ProcessorAccount } from '../processor-account.entity.ts';
import { readTogether, type Shelf } from '../shelf.ts';
import { TopUpNeed } from './top-up-need.entity.ts';
import { TopUp } from './top-up.entity.ts';

/** Everything that a decision about a member's automatic top-up may need, read together. */
export interface AutoTopUpFile {
  readonly member: Member;
  readonly autoTopUp: AutoTopUp | null;
  readonly account: ProcessorAccount | null;
  /** A charge that was begun and whose end is not written. */
  readonly underWay: TopUp | null;
  /** Oldest first. */
  readonly needs: readonly TopUpNeed[];
  /** What the member has, holds taken off, in minor units. */
  readonly availableMinor: number;
  /** Automatic charges of the last 24 hours, whatever became of them. */
  readonly chargesToday: number;
}

const statements = [
  'SELECT * FROM member WHERE id = ?',
  'SELECT * FROM auto_top_up WHERE member_id = ?',
  'SELECT a.* FROM processor_account a JOIN auto_top_up t ON t.processor_account_id = a.id WHERE t.member_id = ?',
  `SELECT * FROM top_up WHERE member_id = ? AND kind = 'auto' AND state IN ('created', 'unresolved') ORDER BY id LIMIT 1`,
  `SELECT * FROM top_up_need WHERE member_id = ? AND state = 'open' ORDER BY id`,
  `SELECT l.balance_minor - l.held_minor AS available FROM ledger_account l
    JOIN member m ON l.code = CONCAT('member/', m.id, '/', m.currency) WHERE m.id = ?`,
  `SELECT COUNT(*) AS count FROM top_up WHERE member_id = ? AND kind = 'auto' AND created_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY`,
];

/** Reads it in one round trip. Throws `not_found`. */
export async function loadAutoTopUpFile(shelf: Shelf, memberId: MemberId): Promise<AutoTopUpFile> {
  const found = await readTogether(
    shelf,
    statements.map((sql) => ({ sql, values: [memberId] })),
  );
  const member = found.first(Member, 0);
  if (member === null) throw new DomainError('not_found', `There is no member ${memberId}.`);
  return {
    member,
    autoTopUp: found.first(AutoTopUp, 1),
    account: found.first(ProcessorAccount, 2),
    underWay: found.first(TopUp, 3),
    needs: found.all(TopUpNeed, 4),
    availableMinor: Number(found.row(5)?.['available'] ?? 0),
    chargesToday: Number(found.row(6)?.['count'] ?? 0),
  };
}

/** Why the card cannot be asked now; null when it can. */
export function cardObstacle(
  { autoTopUp, account, chargesToday }: AutoTopUpFile,
  { now, autoPerDayMax }: { readonly now: Date; readonly autoPerDayMax: number },
): string | null {
  if (autoTopUp?.state !== 'on') return 'auto_top_up_off';
  const { customerRef, paymentMethodRef, amountMinor, backOffUntil } = autoTopUp;
  const isComplete = [customerRef, paymentMethodRef, amountMinor, account].every(Boolean);
  if (!isComplete) return 'no_card';
  if (backOffUntil && backOffUntil > now) return 'card_backing_off';
  return chargesToday >= autoPerDayMax ? 'daily_cap' : null;
}
