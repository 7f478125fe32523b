import type { NoticeFacts } from '../../domain/members/notice.ts';
import type { OrganisationLetterKind } from '../../domain/organisations/organisation-letter.ts';
import { leaseMails, type MailWish } from '../mail-leases.ts';
import { numberOf, optionalText, sqlTime, textOf, type SqlPool, type SqlRow } from '../sql-pool.ts';

/** A letter that this process took: nobody else sends it until its lease is over. */
export interface TakenLetter {
  readonly id: string;
  readonly kind: OrganisationLetterKind;
  readonly facts: NoticeFacts;
  readonly organisation: string;
  readonly recipient: string;
  readonly attachment: { readonly name: string; readonly content: Buffer } | null;
  /** This one included. */
  readonly attempts: number;
  readonly createdAt: string;
}

/** How an attempt ended. */
export type LetterEnd =
  | { readonly kind: 'sent'; readonly subject: string }
  | { readonly kind: 'again'; readonly dueAt: Date }
  | { readonly kind: 'failed' };

/** Letters on their way out; a row is taken by compare-and-set, so two processes never hold the same one. */
export class OrganisationLetterDeliveries {
  readonly #pool: SqlPool;

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Takes up to `limit` due letters, the oldest first; a taker that dies leaves them due again after `leaseMs`. */
  async take(wish: MailWish): Promise<readonly TakenLetter[]> {
    const due = await this.#pool.rows(
      `SELECT l.id, l.kind, l.facts, l.recipient, l.attachment_name, TO_BASE64(l.attachment) AS attachment, l.attempts, l.created_at, o.name
       FROM organisation_letter l JOIN organisation o ON o.id = l.organisation_id
       WHERE l.state = 'pending' AND l.due_at <= ? ORDER BY l.due_at, l.id LIMIT ${wish.limit}`,
      [sqlTime(wish.now.toISOString())],
    );
    return (await leaseMails(this.#pool, 'organisation_letter', { due, wish })).map(takenOf);
  }

  /** Writes down how the attempt ended. */
  async end({ id, attempts }: TakenLetter, end: LetterEnd, at: Date): Promise<void> {
    await this.#pool.run(
      `UPDATE organisation_letter SET state = ?, subject = COALESCE(?, subject), sent_at = ?, due_at = ?
       WHERE id = ? AND state = 'pending' AND attempts = ?`,
      [
        end.kind === 'again' ? 'pending' : end.kind,
        end.kind === 'sent' ? end.subject : null,
        end.kind === 'sent' ? sqlTime(at.toISOString()) : null,
        end.kind === 'again' ? sqlTime(end.dueAt.toISOString()) : null,
        id,
        attempts,
      ],
    );
  }
}

function takenOf(row: SqlRow): TakenLetter {
  const [name, base64] = [optionalText(row, 'attachment_name'), optionalText(row, 'attachment')];
  return {
    id: textOf(row, 'id'),
    kind: textOf(row, 'kind') as OrganisationLetterKind,
    facts: JSON.parse(textOf(row, 'facts')) as NoticeFacts,
    organisation: textOf(row, 'name'),
    recipient: textOf(row, 'recipient'),
    attachment: name === null || base64 === null ? null : { name, content: Buffer.from(base64, 'base64') },
    attempts: numberOf(row, 'attempts') + 1,
    createdAt: `${textOf(row, 'created_at').replace(' ', 'T')}Z`,
  };
}
