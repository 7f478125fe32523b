import { memberId, organisationId, type MemberId } from '../../src/domain/ids.ts';
import { organisationAccount } from '../../src/domain/ledger-account.ts';
import type { NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { newId } from '../../src/entities/new-id.ts';
import type { Poster } from '../../src/ledger/poster-contract.ts';
import { adjustment } from '../../src/ledger/postings/correction.ts';
import { eventRefund, hostBooking, payment, sessionRefund } from '../../src/ledger/postings/payment.ts';
import { cardIn } from '../../src/ledger/postings/processor.ts';
import { settlement } from '../../src/ledger/postings/settlement.ts';
import type { StatementOrganisation } from '../../src/reports/organisations/organisation-statement.ts';
import { aud, noon, posted } from '../support/book.ts';
import { dateTransaction } from '../support/dated.ts';

/** What a row is about, and when it is made to have been recorded (ISO 8601 UTC). */
export interface RowWords {
  readonly type?: 'Club Payment' | 'Club Membership' | 'Entry to an event' | 'Miscellaneous';
  readonly description?: string;
  readonly session?: string;
  readonly event?: string;
  readonly at?: string;
  readonly by?: readonly [firstName: string, lastName: string];
}

interface Database {
  query<T>(sql: string, values?: readonly (string | number | null)[]): Promise<T[]>;
}

/** Organisations whose rows come from members, hosts, refunds, settlements and corrections. */
export class ClubBook {
  readonly #database: Database;
  readonly #poster: Poster;
  #count = 0;

  constructor(database: Database, poster: Poster) {
    this.#database = database;
    this.#poster = poster;
  }

  async club(name = 'North Shore', more: Partial<StatementOrganisation> = {}): Promise<StatementOrganisation> {
    const id = organisationId(newId('organisation'));
    const { zone = 'Australia/Sydney', address = null } = more;
    await this.#database.query(
      "INSERT INTO organisation (id, name, status, zone, address, created_at) VALUES (?, ?, 'active', ?, ?, '2026-01-01')",
      [id, name, zone, address],
    );
    const [made] = await this.#database.query<{ no: number }>('SELECT no FROM organisation WHERE id = ?', [id]);
    return { id, no: made!.no, name, zone, address, currency: 'AUD' };
  }

  /** A member with `amountMinor` on the account, from a processor of their own. */
  async member(amountMinor: number, { by = ['Betty', 'Bunting'], at }: RowWords = {}): Promise<MemberId> {
    const id = memberId(newId('member'));
    await this.#database.query(
      `INSERT INTO member (id, first_name, last_name, currency, status, is_system, wants_low_balance_email,
         wants_payments_email, created_at) VALUES (?, ?, ?, 'AUD', 'active', 0, 1, 1, '2026-01-01')`,
      [id, ...by],
    );
    await this.#post(
      cardIn({
        processor: { provider: 'stripe', externalRef: `acct_${id}` },
        cardTransactionId: newId('cardTransaction'),
        ...{ memberId: id, type: 'Manual Top Up', amount: aud(amountMinor), occurredAt: noon, description: 'Card' },
      }),
      at,
    );
    return id;
  }

  /** A member pays the club; answers the reference. */
  async paid(club: StatementOrganisation, amountMinor: number, words: RowWords = {}): Promise<string> {
    const { type = 'Club Payment', description = 'Table money', session = null, event = null } = words;
    const member = await this.member(amountMinor, words);
    const id = newId('payment');
    await this.#payment([id, member, 'organisation', club.id, amountMinor, description, type, session, event]);
    return this.#post(
      payment({
        ...{ id, memberId: member, to: { kind: 'organisation', id: club.id }, type: type },
        ...{ amount: aud(amountMinor), occurredAt: noon, description },
      }),
      words.at,
    );
  }

  /** A host books lines to clubs within the funds of one payment. */
  async booked(
    lines: readonly (RowWords & { readonly club: StatementOrganisation; readonly amountMinor: number })[],
    at?: string,
  ): Promise<string> {
    const total = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    const member = await this.member(total, at === undefined ? {} : { at });
    const [id, bookingId] = [newId('payment'), newId('booking')];
    await this.#payment([id, member, 'host', null, total, 'Booked', 'Miscellaneous', null, null]);
    await this.#database.query(
      "INSERT INTO booking (id, payment_id, total_minor, state, created_at, updated_at) VALUES (?, ?, ?, 'posted', '2026-01-01', '2026-01-01')",
      [bookingId, id, total],
    );
    for (const [line, { club, amountMinor, type = 'Miscellaneous', session = null, event = null }] of lines.entries()) {
      await this.#database.query(
        `INSERT INTO booking_line (booking_id, line_no, payee_kind, payee_id, amount_minor, type, session_ref, event_ref)
         VALUES (?, ?, 'organisation', ?, ?, ?, ?, ?)`,
        [bookingId, line, club.id, amountMinor, type, session, event],
      );
    }
    const booked = lines.map(({ club, amountMinor, type = 'Miscellaneous' }) => ({
      ...{ to: { kind: 'organisation', id: club.id } as const, amount: aud(amountMinor), type: type },
    }));
    return this.#post(
      hostBooking({ id, memberId: member, lines: booked, occurredAt: noon, description: 'Booked' }),
      at,
    );
  }

  /** The club gives a session's or an event's money back to a member. */
  async refunded(club: StatementOrganisation, amountMinor: number, about: RowWords): Promise<string> {
    const id = newId('internalRefund');
    const kind = about.session === undefined ? 'event' : 'session';
    const member = await this.member(1, about);
    await this.#database.query(
      `INSERT INTO internal_refund (id, organisation_id, kind, subject_ref, currency, lines_json, description, cancels_ious,
         state, actor, created_at, updated_at) VALUES (?, ?, ?, ?, 'AUD', '[]', 'Cancelled', 0, 'posted', 'key_1', '2026-01-01', '2026-01-01')`,
      [id, club.id, kind, about.session ?? about.event ?? ''],
    );
    const refund = {
      ...{ id, organisationId: club.id, occurredAt: noon, description: 'Cancelled' },
      currency: 'AUD',
      rows: [{ memberId: member, amount: aud(amountMinor) }],
    } as const;
    return this.#post(kind === 'session' ? sessionRefund(refund) : eventRefund(refund, 0), about.at);
  }

  async settled(club: StatementOrganisation, payoutMinor: number, feeMinor: number, at?: string): Promise<string> {
    const runId = `r${(this.#count += 1)}`;
    return this.#post(
      settlement({
        ...{ runId, organisationId: club.id, payoutId: `po_${runId}`, currency: 'AUD', occurredAt: noon },
        ...{ payout: aud(payoutMinor), fee: aud(feeMinor), tax: aud(0), description: 'Settlement' },
      }),
      at,
    );
  }

  /** An administrator's correction, which may leave less than nothing; answers the reference. */
  async adjusted(club: StatementOrganisation, amountMinor: number, at?: string): Promise<string> {
    return this.#post(
      adjustment({
        ...{ id: newId('payment'), account: organisationAccount(club.id, 'AUD'), amount: aud(amountMinor) },
        ...{ occurredAt: noon, description: 'Correction', actor: 'key_1' },
      }),
      at,
    );
  }

  /** What a host calls a session or an event of its own. */
  async named(
    kind: 'session' | 'event',
    ref: string,
    name: string,
    more: readonly [date: string, parent: string | null],
  ) {
    await this.#database.query(
      "INSERT INTO host_object (kind, external_ref, name, held_on, parent, updated_at) VALUES (?, ?, ?, ?, ?, '2026-01-01')",
      [kind, ref, name, ...more],
    );
  }

  async #payment(values: readonly (string | number | null)[]): Promise<void> {
    await this.#database.query(
      `INSERT INTO payment (id, member_id, payee_kind, payee_id, amount_minor, currency, description, type, session_ref,
         event_ref, mode, state, actor, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, 'AUD', ?, ?, ?, ?, 'interactive', 'succeeded', 'key_1', '2026-01-01', '2026-01-01')`,
      values,
    );
  }

  async #post(transaction: NewLedgerTransaction, at: string | undefined): Promise<string> {
    const { reference } = posted(await this.#poster.post(transaction));
    if (at !== undefined) await dateTransaction(this.#database, { reference, at });
    return reference;
  }
}
