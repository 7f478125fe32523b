import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { bankDetailId, organisationId, type OrganisationId } from '../../src/domain/ids.ts';
import type { Currency } from '../../src/domain/currency.ts';
import { bankAccount, organisationAccount, type LedgerAccountRef } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import { sealBankDetail } from '../../src/entities/organisations/bank-details.ts';
import { newId } from '../../src/entities/new-id.ts';
import { sqlTime } from '../../src/entities/sql-pool.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { adjustment, openingBalance } from '../../src/ledger/postings/correction.ts';
import type { PosterItem } from '../../src/ledger/poster-contract.ts';
import { openCounter, type Counter, type CounterOptions } from './counter.ts';
import { until } from './until.ts';

const issuer = 'https://club.example';
const keyName = 'month_end';
/** The month that tests settle; it is over. */
export const october = '2026-10';
const inOctober = Date.parse('2026-10-15T00:00:00Z');
const zones = Intl.supportedValuesOf('timeZone').filter((zone) => /^(Asia|Europe)\//.test(zone));

/** What a test says of an organisation; amounts in minor units. */
export interface Club {
  readonly zone: string;
  readonly balanceMinor: number;
  readonly floatMinor?: number;
  /** Hundredths of a percent, in place of the default. */
  readonly feeBp?: number;
  readonly status?: 'active' | 'closed';
  readonly name?: string;
  readonly currency?: Currency;
  /** The account's currency; other than the organisation's own for one that has several. */
  readonly balanceCurrency?: Currency;
  readonly withoutBank?: true;
  readonly payoutMethod?: 'bank' | 'transfer';
  readonly connectedAccount?: string;
  /** Who wrote the bank details. */
  readonly bankAuthor?: string;
}

export interface Shown {
  readonly id: string;
  readonly state: string;
  readonly planHash: string;
  readonly period: string;
  readonly referenceAt: string;
  readonly progress: number;
  readonly attention: string | null;
  readonly code?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly totals: readonly Readonly<Record<string, Amount>>[];
  readonly approvals: readonly { readonly person: string }[];
  readonly toActOn: readonly { readonly organisation: string; readonly outcome: string }[];
  readonly leftOut: readonly { readonly organisation: string; readonly reason: string }[];
  readonly warnings: readonly { readonly payouts: Amount; readonly funds: Amount }[];
}

export interface Amount {
  readonly amount: number;
  readonly currency: string;
}

export interface ShownItem {
  readonly organisation: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly balance: Amount;
  readonly float: Amount;
  readonly settled: Amount;
  readonly fee: Amount;
  readonly tax: Amount;
  readonly payout: Amount;
  readonly feePercent: string;
  readonly posted: {
    readonly payoutId: string;
    readonly settled: Amount;
    readonly payout: Amount;
    readonly fee: Amount;
    readonly tax: Amount;
  } | null;
}

export interface Answered<T> {
  readonly status: number;
  readonly text: string;
  readonly body: T;
}

/** A finance office: the whole system, persons with tokens, and organisations whose past a test may write. */
export class MonthEnd {
  readonly counter: Counter;
  readonly #key: CryptoKey;
  readonly #seal: Buffer;
  #moments = 0;
  #zones = 0;

  private constructor(counter: Counter, keys: { readonly token: CryptoKey; readonly seal: Buffer }) {
    this.counter = counter;
    this.#key = keys.token;
    this.#seal = keys.seal;
  }

  /** A system with a default fee of `feeBp` hundredths of a percent. */
  static async open({ feeBp = 500, ...options }: CounterOptions & { readonly feeBp?: number } = {}): Promise<MonthEnd> {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const file = join(await mkdtemp(join(tmpdir(), 'tillflow-jwks-')), 'jwks.json');
    await writeFile(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'one' }] }));
    const seal = randomBytes(32);
    const env = {
      ...{
        JWT_JWKS_FILE: file,
        JWT_ISSUER: issuer,
        SEAL_KEYS: `${keyName}:SEAL_KEY`,
        SEAL_KEY: seal.toString('base64'),
      },
      ...options.env,
    };
    const counter = await openCounter({ ...options, without: options.without ?? ['jobs'], env });
    const office = new MonthEnd(counter, { token: privateKey, seal });
    await office.fee(feeBp);
    return office;
  }

  close(): Promise<void> {
    return this.counter.close();
  }

  /** A zone that no other test of the file has: its run of the month settles nobody else. */
  zone(): string {
    const zone = zones[(this.#zones += 1)];
    if (zone === undefined) throw new Error('There are no more zones.');
    return zone;
  }

  /** A new default fee, from now on. */
  async fee(feeBp: number): Promise<void> {
    await this.sql(
      `INSERT INTO fee_setting (id, default_fee_bp, card_cost_e4, card_percent_e4, refund_fee_bp, refund_weeks, actor, created_at)
       VALUES (?, ?, 3000, 17500, 300, 12, 'test', UTC_TIMESTAMP(6))`,
      [newId('feeSetting'), feeBp],
    );
  }

  /** An organisation that had its balance in October. */
  async club(club: Club): Promise<OrganisationId> {
    const [made] = await this.clubs([club]);
    return made as OrganisationId;
  }

  /** Many at once. */
  async clubs(clubs: readonly Club[]): Promise<OrganisationId[]> {
    const made = clubs.map((club) => ({ id: organisationId(newId('organisation')), club }));
    for (const one of made) await this.#write(one.id, one.club);
    await this.inOctober(
      made.flatMap(({ id, club }) => {
        const account = organisationAccount(id, club.balanceCurrency ?? club.currency ?? 'AUD');
        return club.balanceMinor === 0 ? [] : [opening(account, club.balanceMinor)];
      }),
    );
    return made.map(({ id }) => id);
  }

  async #write(id: OrganisationId, club: Club): Promise<void> {
    const currency = club.currency ?? 'AUD';
    await this.sql(
      `INSERT INTO organisation (id, name, status, zone, currency, float_minor, payout_method, connected_account_ref, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, '2026-01-01')`,
      [
        ...[id, club.name ?? 'North Shore Bridge', club.status ?? 'active', club.zone, currency, club.floatMinor ?? 0],
        ...[club.payoutMethod ?? 'bank', club.connectedAccount ?? null],
      ],
    );
    if (club.feeBp !== undefined) {
      await this.sql(
        "INSERT INTO fee_override (organisation_id, fee_bp, actor, created_at) VALUES (?, ?, 'test', UTC_TIMESTAMP(6))",
        [...[id, club.feeBp]],
      );
    }
    if (club.withoutBank === undefined) await this.bank(id, { currency, author: club.bankAuthor ?? 'key_orgs' });
  }

  /** A new version of an organisation's bank details. */
  async bank(id: string, { currency = 'AUD', author = 'key_orgs' } = {}): Promise<string> {
    const detail = bankDetailId(newId('bankDetail'));
    const keys = { keys: [{ name: keyName, key: this.#seal }] };
    const account = { scheme: 'bsb', bsb: '062000', accountNo: '12345678', accountName: 'Club' } as const;
    await this.sql(
      `INSERT INTO bank_detail (id, organisation_id, no, currency, scheme, sealed, masked, actor, created_at)
       SELECT ?, ?, COALESCE(MAX(no), 0) + 1, ?, 'bsb', ?, '062-000 ****5678', ?, UTC_TIMESTAMP(6)
       FROM bank_detail WHERE organisation_id = ? AND currency = ?`,
      [...[detail, id, currency, sealBankDetail(keys, detail, account), author], ...[id, currency]],
    );
    return detail;
  }

  /** Our own money at the bank. */
  funds(amountMinor: number): Promise<void> {
    return this.inOctober([opening(bankAccount('main', 'AUD'), amountMinor)]);
  }

  /** Posts, and makes the book say that it was in October. */
  async inOctober(items: readonly PosterItem[]): Promise<void> {
    await this.at(new Date(inOctober + (this.#moments += 1) * 1_000).toISOString(), items);
  }

  /**
   * Posts, and makes the book say that it was at `at`: only a test's own database can be told so, while its guards are
   * taken away. Transactions of an account must come in their order.
   */
  async at(at: string, items: readonly PosterItem[]): Promise<void> {
    const ids = await this.post(items);
    if (ids.length === 0) return;
    const guards: string[] = [];
    for (const guard of ['ledger_transaction_refuses_update', 'ledger_entry_refuses_update']) {
      const [shown] = await this.sql(`SHOW CREATE TRIGGER ${guard}`);
      guards.push(String(shown?.['SQL Original Statement']));
      await this.sql(`DROP TRIGGER ${guard}`);
    }
    const time = sqlTime(at);
    await this.sql(
      `UPDATE ledger_transaction t JOIN ledger_entry e ON e.transaction_id = t.id JOIN ledger_account a ON a.id = e.account_id
       SET t.recorded_at = ?, e.recorded_at = ?, a.last_recorded_at = ? WHERE t.id IN (?)`,
      [time, time, time, ids],
    );
    for (const guard of guards) await this.sql(guard);
  }

  /** Posts now; answers the transactions. */
  async post(items: readonly PosterItem[]): Promise<string[]> {
    const poster = createPoster({ databaseUrl: this.counter.databaseUrl });
    const ids: string[] = [];
    for (let from = 0; from < items.length; from += 200) {
      for (const result of await poster.postGroup(items.slice(from, from + 200))) {
        if (result.kind !== 'posted') throw new Error(JSON.stringify(result));
        ids.push(result.transactionId);
      }
    }
    await poster.close();
    return ids;
  }

  /** Takes money of an organisation away, or gives it, now. */
  async adjust(id: string, amountMinor: number): Promise<void> {
    await this.post([adjusted(id, amountMinor)]);
  }

  /** Somebody of the staff. */
  token(subject: string, roles: readonly string[] = ['payments.global.edit']): Promise<string> {
    return new SignJWT({ tillflow_roles: roles })
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .setIssuer(issuer)
      .setAudience('tillflow')
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(this.#key);
  }

  /** A call by a person; without one, by the platform's key. */
  async ask<T = Shown>(
    path: string,
    { as, body, key = randomUUID() }: { as?: string; body?: object; key?: string } = {},
  ): Promise<Answered<T>> {
    const bearer = as === undefined ? this.counter.shop.secret : await this.token(as);
    const response = await fetch(`${this.counter.apiUrl}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'idempotency-key': key },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: (text.startsWith('{') ? JSON.parse(text) : {}) as T };
  }

  start(zone: string, more: object = {}, as = 'starter'): Promise<Answered<Shown>> {
    return this.ask('/v1/settlements', { as, body: { period: october, zone, ...more } });
  }

  /** A planned run; fails when it was not. */
  async planned(zone: string, more: object = {}): Promise<Shown> {
    const { status, text, body } = await this.start(zone, more);
    if (status !== 201) throw new Error(text);
    return body;
  }

  approve(run: Shown, as = 'treasurer'): Promise<Answered<Shown>> {
    return this.ask(`/v1/settlements/${run.id}/approvals`, { as, body: { planHash: run.planHash } });
  }

  async show(id: string): Promise<Shown> {
    return (await this.ask(`/v1/settlements/${id}`)).body;
  }

  async items(id: string): Promise<readonly ShownItem[]> {
    return (await this.ask<{ items: readonly ShownItem[] }>(`/v1/settlements/${id}/items?limit=100`)).body.items;
  }

  async item(run: string, organisation: string): Promise<ShownItem> {
    const found = (await this.items(run)).find((one) => one.organisation === organisation);
    if (found === undefined) throw new Error(`${organisation} is not in ${run}`);
    return found;
  }

  /** The run once nothing more happens to it. */
  async over(id: string, withinMs = 30_000): Promise<Shown> {
    const ends = ['done', 'done_with_errors', 'rejected', 'expired'];
    await until(async () => ends.includes((await this.show(id)).state), { withinMs, everyMs: 50 });
    return this.show(id);
  }

  /** Plans, approves and posts; answers the run as it ended. */
  async settled(zone: string, more: object = {}): Promise<Shown> {
    const run = await this.planned(zone, more);
    const { status, text } = await this.approve(run);
    if (status !== 200) throw new Error(text);
    return this.over(run.id);
  }

  /** What an organisation has now, in minor units. */
  async balance(id: string, currency: Currency = 'AUD'): Promise<number> {
    const [row] = await this.sql('SELECT balance_minor FROM ledger_account WHERE code = ?', [
      `organisation/${id}/${currency}`,
    ]);
    return Number(row?.['balance_minor']);
  }

  async sql(sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
    const connection = await createConnection({
      uri: this.counter.databaseUrl.replace(/^mariadb:/, 'mysql:'),
      timezone: 'Z',
    });
    try {
      const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
      return Array.isArray(rows) ? rows.map((row) => ({ ...row })) : [];
    } finally {
      await connection.end();
    }
  }
}

/** Money out of another system. */
export function opening(account: LedgerAccountRef, amountMinor: number): PosterItem {
  return {
    kind: 'post',
    transaction: openingBalance({
      ...{ id: randomUUID().slice(0, 20), account, amount: money(amountMinor, account.currency) },
      ...{ occurredAt: '2026-10-15T00:00:00Z', description: 'Opening balance', actor: 'test' },
    }),
  };
}

/** A correction of what an organisation has. */
export function adjusted(id: string, amountMinor: number): PosterItem {
  return {
    kind: 'post',
    transaction: adjustment({
      ...{ id: randomUUID().slice(0, 20), account: organisationAccount(id, 'AUD'), amount: money(amountMinor, 'AUD') },
      ...{ occurredAt: '2026-11-02T00:00:00Z', description: 'Correction', actor: 'test' },
    }),
  };
}
