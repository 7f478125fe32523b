import type { NoticeFacts, NoticeKind, NoticeReader } from '../../domain/members/notice.ts';
import { leaseMails, type MailWish } from '../mail-leases.ts';
import { otherNamesOf } from './notice-names.read.ts';
import { numberOf, optionalText, sqlTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** Whom a notice is for. */
export interface NoticeRecipient extends NoticeReader {
  readonly memberId: string;
  /** The host's own reference, else our id. */
  readonly ref: string;
  readonly firstName: string;
  readonly name: string;
}

/** A notice that this process took: nobody else sends it until its lease is over. */
export interface TakenNotice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly facts: NoticeFacts;
  readonly byEmail: boolean;
  /** This one included. */
  readonly attempts: number;
  readonly createdAt: string;
  readonly recipient: NoticeRecipient;
  /** The other member's, where the notice tells of one. */
  readonly otherName: string | null;
}

/** How an attempt ended. `none`: this member gets no e-mail of it; `isShown` says whether the app shows it. */
export type NoticeEnd =
  | { readonly kind: 'sent'; readonly subject: string }
  | { readonly kind: 'none'; readonly isShown: boolean }
  | { readonly kind: 'again'; readonly dueAt: Date }
  | { readonly kind: 'failed' };

/** Notices on their way out; a row is taken by compare-and-set, so two processes never hold the same one. */
export class NoticeDeliveries {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Takes up to `limit` due notices, the oldest first; a taker that dies leaves them due again after `leaseMs`. */
  async take(wish: MailWish): Promise<readonly TakenNotice[]> {
    const due = await this.#pool.rows(
      `SELECT n.id, n.kind, n.facts, n.by_email, n.attempts, n.created_at, n.member_id, m.external_ref, m.first_name,
         m.last_name, m.email, m.is_system, m.wants_payments_email
       FROM notice n JOIN member m ON m.id = n.member_id
       WHERE n.state = 'pending' AND n.due_at <= ? ORDER BY n.due_at, n.id LIMIT ${wish.limit}`,
      [sqlTime(wish.now.toISOString())],
    );
    const mine = await leaseMails(this.#pool, 'notice', { due, wish });
    const names = await otherNamesOf(
      this.#pool,
      mine.map((row) => textOf(row, 'facts')),
    );
    return mine.map((row) => takenOf(row, names));
  }

  /** Writes down how the attempt ended, unless a person had it sent again meanwhile. */
  async end({ id, attempts }: TakenNotice, end: NoticeEnd, at: Date): Promise<void> {
    await this.#pool.run(
      `UPDATE notice SET state = ?, subject = COALESCE(?, subject), sent_at = ?, due_at = ?, in_app = in_app AND ?
       WHERE id = ? AND state = 'pending' AND attempts = ?`,
      [
        end.kind === 'again' ? 'pending' : end.kind,
        end.kind === 'sent' ? end.subject : null,
        end.kind === 'sent' ? sqlTime(at.toISOString()) : null,
        end.kind === 'again' ? sqlTime(end.dueAt.toISOString()) : null,
        end.kind !== 'none' || end.isShown,
        id,
        attempts,
      ],
    );
  }
}

function takenOf(row: SqlRow, nameOf: (facts: string) => string | null): TakenNotice {
  const facts = textOf(row, 'facts');
  const [memberId, firstName] = [textOf(row, 'member_id'), textOf(row, 'first_name')];
  return {
    id: textOf(row, 'id'),
    kind: textOf(row, 'kind') as NoticeKind,
    facts: JSON.parse(facts) as NoticeFacts,
    byEmail: row['by_email'] === 1,
    attempts: numberOf(row, 'attempts') + 1,
    createdAt: `${textOf(row, 'created_at').replace(' ', 'T')}Z`,
    recipient: {
      memberId,
      ref: optionalText(row, 'external_ref') ?? memberId,
      firstName,
      name: `${firstName} ${textOf(row, 'last_name')}`,
      email: optionalText(row, 'email'),
      isSystem: row['is_system'] === 1,
      wantsPaymentsEmail: row['wants_payments_email'] === 1,
    },
    otherName: nameOf(facts),
  };
}
