import { expect } from '@jest/globals';
import { memberId, organisationId, type MemberId, type OrganisationId } from '../../src/domain/ids.ts';
import { memberAccount } from '../../src/domain/ledger-account.ts';
import type { EntryType, NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { newId } from '../../src/entities/new-id.ts';
import { adjustment } from '../../src/ledger/postings/correction.ts';
import { payment, type Party } from '../../src/ledger/postings/payment.ts';
import { cardIn } from '../../src/ledger/postings/processor.ts';
import type { StatementMember } from '../../src/reports/statement-header.ts';
import { dateTransaction } from '../support/dated.ts';
import { aud, noon, openBook, posted, type TestBook } from '../support/book.ts';

/** Card money as a top-up brings it; times are ISO 8601 UTC. */
export interface BroughtCard {
  readonly type?: 'Manual Top Up' | 'Auto Top Up' | 'CC Payment';
  readonly refundedMinor?: number;
  readonly receiptUrl?: string | null;
  readonly capturedAt?: string;
}

/** A book with members and organisations whose rows are posted by the poster. */
export class MemberBook {
  readonly book: TestBook;
  #count = 0;

  private constructor(book: TestBook) {
    this.book = book;
  }

  static async open(): Promise<MemberBook> {
    return new MemberBook(await openBook());
  }

  async member(firstName = 'Betty', lastName = 'Bunting', more: Partial<StatementMember> = {}) {
    const id = memberId(newId('member'));
    const row = { homeClub: null, rankName: null, ...more };
    await this.book.database.query(
      `INSERT INTO member (id, first_name, last_name, currency, status, is_system, wants_low_balance_email,
         wants_payments_email, home_club, rank_name, created_at) VALUES (?, ?, ?, 'AUD', 'active', 0, 1, 1, ?, ?, '2026-01-01')`,
      [id, firstName, lastName, row.homeClub ?? null, row.rankName ?? null],
    );
    const [made] = await this.book.database.query<{ no: number }>('SELECT no FROM member WHERE id = ?', [id]);
    return { id, no: made!.no, firstName, lastName, currency: 'AUD', ...row } satisfies StatementMember;
  }

  async organisation(name: string): Promise<OrganisationId> {
    const id = organisationId(newId('organisation'));
    await this.book.database.query(
      "INSERT INTO organisation (id, name, status, zone, created_at) VALUES (?, ?, 'active', 'Australia/Sydney', '2026-01-01')",
      [id, name],
    );
    return id;
  }

  /** Brings `amountMinor` by card, with the rows that a top-up leaves. */
  async card(member: MemberId, amountMinor: number, brought: BroughtCard = {}): Promise<string> {
    const [topUpId, cardId] = [newId('topUp'), newId('cardTransaction')];
    const { refundedMinor = 0, receiptUrl = 'https://pay.example/r', capturedAt = noon } = brought;
    const at = capturedAt.replace('T', ' ').replace('Z', '');
    await this.book.database.query(
      `INSERT INTO top_up (id, member_id, kind, amount_minor, currency, state, processor_account_id, card_transaction_id,
         brand, last4, receipt_url, created_at, updated_at) VALUES (?, ?, 'manual', ?, 'AUD', 'succeeded', 'pac_1', ?, 'visa', '4242', ?, ?, ?)`,
      [topUpId, member, amountMinor, cardId, receiptUrl, at, at],
    );
    await this.book.database.query(
      `INSERT INTO card_transaction (id, processor_account_id, owner_kind, owner_id, payment_ref, charge_ref, currency,
         captured_minor, refunded_minor, state, captured_at, created_at)
       VALUES (?, 'pac_1', 'top_up', ?, ?, ?, 'AUD', ?, ?, 'captured', ?, ?)`,
      [cardId, topUpId, `pi_${cardId}`, `ch_${cardId}`, amountMinor, refundedMinor, at, at],
    );
    return this.post(
      cardIn({
        // Of the member's own, so that each member's rows can be dated apart.
        processor: { provider: 'stripe', externalRef: `acct_${member}` },
        cardTransactionId: cardId,
        memberId: member,
        type: brought.type ?? 'Manual Top Up',
        amount: aud(amountMinor),
        occurredAt: noon,
        description: 'Payment from visa card **** **** ***** 4242 Exp 12/28',
      }),
    );
  }

  /** Pays from the member's balance. */
  pay(member: MemberId, to: Party, amountMinor: number, text: { type?: EntryType; description?: string } = {}) {
    const { type = 'Club Payment', description = 'Table money' } = text;
    return this.post(this.payment(member, to, { amountMinor, type, description }));
  }

  payment(
    member: MemberId,
    to: Party,
    paid: { amountMinor: number; type: EntryType; description: string },
  ): NewLedgerTransaction {
    const { amountMinor, type, description } = paid;
    return payment({
      ...{ id: `p${(this.#count += 1)}`, memberId: member, to, type, description },
      ...{ amount: aud(amountMinor), occurredAt: noon },
    });
  }

  /** An administrator's correction, which may leave less than nothing. */
  adjust(member: MemberId, amountMinor: number, description = 'Correction'): Promise<string> {
    return this.post(
      adjustment({
        ...{ id: `a${(this.#count += 1)}`, account: memberAccount(member, 'AUD'), amount: aud(amountMinor) },
        ...{ occurredAt: noon, description, actor: 'key_1' },
      }),
    );
  }

  /** Gives the member `rows` rows: card money, then one cent each to three clubs in turn. */
  async fill(member: MemberId, rows: number): Promise<void> {
    const clubs = [await this.organisation('A'), await this.organisation('B'), await this.organisation('C')] as const;
    await this.card(member, rows * 10);
    for (let row = 1; row < rows; row += 250) {
      const batch = Array.from({ length: Math.min(250, rows - row) }, (_, n) => {
        const to = { kind: 'organisation', id: clubs[n % clubs.length]! } as const;
        return this.payment(member, to, { amountMinor: 1, type: 'Club Payment', description: 'Table' });
      });
      await this.group(batch);
    }
  }

  /** Posts `transactions` together in one commit. */
  async group(transactions: readonly NewLedgerTransaction[]): Promise<void> {
    const items = transactions.map((transaction) => ({ kind: 'post' as const, transaction }));
    for (const result of await this.book.poster.postGroup(items)) expect(result.kind).toBe('posted');
  }

  /** Posts and answers the reference. */
  async post(transaction: NewLedgerTransaction): Promise<string> {
    return posted(await this.book.poster.post(transaction)).reference;
  }

  /**
   * Makes the book say that the transaction with `reference` was recorded at `at`: only the test's own database can be
   * told so, while its guards are taken away. Transactions of an account must be dated in their order.
   */
  async dated(reference: string, at: string): Promise<void> {
    await dateTransaction((sql, values) => this.book.database.query(sql, values), { reference, at });
  }
}
