import { randomUUID } from 'node:crypto';
import { memberAccount, organisationAccount } from '../../src/domain/ledger-account.ts';
import type { EntryType, NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import { newId } from '../../src/entities/new-id.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import type { Poster } from '../../src/ledger/poster-contract.ts';
import { adjustment } from '../../src/ledger/postings/correction.ts';
import { payment, type Party } from '../../src/ledger/postings/payment.ts';
import { cardIn } from '../../src/ledger/postings/processor.ts';
import { manualSettlement } from '../../src/ledger/postings/settlement.ts';
import { openDatabase } from '../support/database.ts';
import { dateTransaction } from '../support/dated.ts';
import { startTestApi, type TestAnswer, type TestApi, type TestApiOptions } from './test-api.ts';

export const noon = '2026-03-01T12:00:00Z';
export const aud = (amount: number) => ({ amount, currency: 'AUD' });

/** A settlement as it is recorded, in cents; `at` dates it. */
export interface Settled {
  readonly settled: number;
  readonly payout: number;
  readonly tax: number;
  readonly at?: string;
  /** Without one nothing is known of what went to the bank. */
  readonly hasPayout?: boolean;
}

/** What a card brought, in cents. */
export interface Brought {
  readonly captured: number;
  readonly refunded?: number;
  readonly at?: string;
  readonly state?: 'captured' | 'open';
  readonly topUpState?: string;
  readonly kind?: 'auto' | 'manual' | 'payment';
  readonly isPosted?: boolean;
}

/** The API with holders whose rows are posted by the poster, and a key that sees everybody. */
export class AdminWorld {
  readonly api: TestApi;
  readonly poster: Poster;
  #connection!: Awaited<ReturnType<typeof openDatabase>>;

  private constructor(api: TestApi) {
    this.api = api;
    this.poster = createPoster({ databaseUrl: api.databaseUrl });
  }

  static async open(options: TestApiOptions = {}): Promise<AdminWorld> {
    const world = new AdminWorld(await startTestApi(options));
    world.#connection = await openDatabase(world.api.databaseUrl);
    // The shops of every API test would stand in every list.
    await world.query('DELETE FROM organisation', []);
    return world;
  }

  async close(): Promise<void> {
    await this.#connection.end();
    await this.poster.close();
    await this.api.close();
  }

  readonly query = async <T>(sql: string, values: readonly (string | number | null)[] = []): Promise<T[]> => {
    const [rows] = await this.#connection.query(sql, [...values]);
    return rows as T[];
  };

  get(path: string, as: string = this.api.shops.platformKey): Promise<TestAnswer> {
    return this.api.call('GET', path, { as });
  }

  async member(firstName = 'Betty', lastName = 'Bunting'): Promise<string> {
    const id = newId('member');
    await this.query(
      `INSERT INTO member (id, first_name, last_name, currency, status, is_system, wants_low_balance_email,
         wants_payments_email, created_at) VALUES (?, ?, ?, 'AUD', 'active', 0, 1, 1, '2026-01-01')`,
      [id, firstName, lastName],
    );
    return id;
  }

  async organisation(name: string, more: { no?: number; floatMinor?: number; status?: string } = {}): Promise<string> {
    const id = newId('organisation');
    await this.query(
      `INSERT INTO organisation (id, no, name, status, zone, float_minor, created_at)
       VALUES (?, ?, ?, ?, 'Australia/Sydney', ?, '2026-01-01')`,
      [id, more.no ?? null, name, more.status ?? 'active', more.floatMinor ?? 0],
    );
    return id;
  }

  /** Posts, dates it where asked to, and answers the reference. */
  async post(transaction: NewLedgerTransaction, at?: string): Promise<string> {
    const result = await this.poster.post(transaction);
    if (result.kind !== 'posted') throw new Error(JSON.stringify(result));
    if (at !== undefined) await dateTransaction(this, { reference: result.reference, at });
    return result.reference;
  }

  /** An administrator's correction; plus is to the holder. */
  adjust(holder: Party, cents: number, { at, description = 'Correction' }: { at?: string; description?: string } = {}) {
    const account = (holder.kind === 'member' ? memberAccount : organisationAccount)(holder.id, 'AUD');
    const id = randomUUID().slice(0, 20);
    const amount = money(cents, 'AUD');
    return this.post(adjustment({ id, account, amount, occurredAt: noon, description, actor: 'key_admin' }), at);
  }

  /** A payment to `organisation`, with the row behind it. */
  async pay(
    member: string,
    organisation: string,
    paid: { cents: number; type?: EntryType; session?: string; event?: string; at?: string },
  ): Promise<string> {
    const id = newId('payment');
    const type = paid.type ?? 'Club Payment';
    await this.query(
      `INSERT INTO payment (id, member_id, payee_kind, payee_id, amount_minor, currency, description, type, session_ref,
         event_ref, mode, state, actor, created_at, updated_at)
       VALUES (?, ?, 'organisation', ?, ?, 'AUD', 'Table', ?, ?, ?, 'batch', 'paid', 'key_1', '2026-03-01', '2026-03-01')`,
      [id, member, organisation, paid.cents, type, paid.session ?? null, paid.event ?? null],
    );
    const to = { kind: 'organisation', id: organisation } as const;
    const amount = money(paid.cents, 'AUD');
    return this.post(
      payment({ id, memberId: member, to, type, amount, occurredAt: noon, description: 'Table' }),
      paid.at,
    );
  }

  /** What an organisation was settled; its payout's row tells what went to the bank. */
  async settle(organisationId: string, { settled, payout, tax, at, hasPayout = true }: Settled): Promise<string> {
    const payoutId = newId('payout');
    const fee = settled - payout - tax;
    if (hasPayout) {
      await this.query(
        `INSERT INTO payout (id, organisation_id, period, currency, amount_minor, settled_minor, fee_minor, tax_minor,
           method, state, attempt_no, settlement_op_key, created_at, updated_at)
         VALUES (?, ?, '2026-02', 'AUD', ?, ?, ?, ?, 'bank', 'paid_outside', 1, ?, '2026-03-01', '2026-03-01')`,
        [payoutId, organisationId, payout, settled, fee, tax, `manual-settlement-${payoutId}`],
      );
    }
    const figures = { payout: money(payout, 'AUD'), fee: money(fee, 'AUD'), tax: money(tax, 'AUD') };
    const description = 'Settlement for February';
    return this.post(
      manualSettlement({ organisationId, payoutId, currency: 'AUD', ...figures, occurredAt: noon, description }),
      at,
    );
  }

  /** A member's card payment, with the rows that a top-up leaves; answers the card transaction's id. */
  async card(member: string, brought: Brought): Promise<string> {
    const [topUp, card] = [newId('topUp'), newId('cardTransaction')];
    const { captured, refunded = 0, at = noon, state = 'captured', kind = 'manual' } = brought;
    const time = at.replace('T', ' ').replace('Z', '');
    await this.query(
      `INSERT INTO top_up (id, member_id, kind, amount_minor, currency, state, processor_account_id, card_transaction_id,
         brand, last4, exp_month, exp_year, receipt_url, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'AUD', ?, ?, ?, 'visa', '4242', 12, 2028, 'https://pay.example/r', ?, ?)`,
      [topUp, member, kind, captured, brought.topUpState ?? 'succeeded', this.api.shops.account, card, time, time],
    );
    await this.query(
      `INSERT INTO card_transaction (id, processor_account_id, owner_kind, owner_id, payment_ref, charge_ref, currency,
         captured_minor, refunded_minor, state, captured_at, created_at) VALUES (?, ?, 'top_up', ?, ?, ?, 'AUD', ?, ?, ?, ?, ?)`,
      [
        ...[card, this.api.shops.account, topUp, `pi_${card}`, `ch_${card}`],
        ...[state === 'captured' ? captured : 0, refunded, state, state === 'captured' ? time : null, time],
      ],
    );
    if (brought.isPosted ?? state === 'captured') {
      await this.post(
        cardIn({
          ...{ processor: { provider: 'stripe', externalRef: 'acct_test' }, cardTransactionId: card, memberId: member },
          ...{ type: 'Manual Top Up', amount: money(captured, 'AUD'), occurredAt: noon, description: 'By card' },
        }),
      );
    }
    return card;
  }

  /** What cards cost, in ten thousandths: 0.30 and 1.35 % as in the specification. */
  async cardCost(): Promise<void> {
    await this.query(
      `INSERT INTO fee_setting (id, default_fee_bp, card_cost_e4, card_percent_e4, refund_fee_bp, refund_weeks, actor, created_at)
       VALUES (?, 300, 3000, 13500, 300, 12, 'key_1', '2026-01-01')`,
      [newId('feeSetting')],
    );
  }
}

/** The lines of a CSV. */
export function linesOf({ text }: TestAnswer): string[] {
  return text.trimEnd().split('\r\n');
}
