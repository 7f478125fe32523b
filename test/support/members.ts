import { randomUUID } from 'node:crypto';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { parseCurrency } from '../../src/domain/currency.ts';
import { memberAccount } from '../../src/domain/ledger-account.ts';
import { memberId, type MemberId } from '../../src/domain/ids.ts';
import { money } from '../../src/domain/money.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { openingBalance } from '../../src/ledger/postings/correction.ts';
import type { Counter } from './counter.ts';

export interface ShownPayment {
  readonly id: string;
  readonly status: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly topUp: { readonly id: string; readonly state: string; readonly amount: { readonly amount: number } } | null;
  readonly checkout?: {
    readonly paymentRef: string;
    readonly clientSecret: string;
    readonly amount: { readonly amount: number };
  };
  readonly code?: string;
}

/** What speaks for members: a counter, or the same system as processes of their own. */
export type MembersPlace = Pick<Counter, 'till' | 'control' | 'shop' | 'databaseUrl' | 'apiUrl'>;

/** The host application of a counter: it makes members and lets them pay, over HTTP with the platform's key. */
export class Host {
  readonly #counter: MembersPlace;

  constructor(counter: MembersPlace) {
    this.#counter = counter;
  }

  /** A new member with `balanceMinor` cents, brought by an opening balance. */
  async member(balanceMinor = 0, more: Readonly<Record<string, unknown>> = {}): Promise<MemberId> {
    const body = { externalRef: randomUUID(), firstName: 'Betty', lastName: 'Bunting', currency: 'AUD', ...more };
    const answer = await this.#counter.till.post<{ id: string }>('/v1/members', body, randomUUID());
    if (answer.status !== 201) throw new Error(answer.text);
    const id = memberId(answer.body.id);
    if (balanceMinor !== 0) await this.give(id, balanceMinor);
    return id;
  }

  pay(member: string, to: object, amount: number, more: object = {}, key: string = randomUUID()) {
    const body = { member, to, amount: { amount, currency: 'AUD' }, description: 'Entry fee', ...more };
    return this.#counter.till.post<ShownPayment>('/v1/payments', body, key);
  }

  topUp(member: string, amount: number, key: string = randomUUID()) {
    return this.#counter.till.post<ShownPayment>(
      `/v1/members/${member}/top-ups`,
      { amount: { amount, currency: 'AUD' } },
      key,
    );
  }

  async show(id: string): Promise<ShownPayment> {
    const path = id.startsWith('top_') ? 'top-ups' : 'payments';
    return (await this.#counter.till.get<ShownPayment>(`/v1/${path}/${id}`)).body;
  }

  /** Brings money in from another system, or takes it out when below zero; no statement line of these tests. */
  async give(member: MemberId, balanceMinor: number): Promise<void> {
    const currency = parseCurrency('AUD');
    const poster = createPoster({ databaseUrl: this.#counter.databaseUrl });
    const result = await poster.post(
      openingBalance({
        id: randomUUID().slice(0, 20),
        account: memberAccount(member, currency),
        amount: money(balanceMinor, currency),
        occurredAt: new Date().toISOString(),
        description: 'Opening balance',
        actor: 'test',
      }),
    );
    await poster.close();
    if (result.kind !== 'posted') throw new Error(JSON.stringify(result));
  }
}

/** One line of an account's statement: the amount with the holder's own sign, and what was left. */
export interface Line {
  readonly type: string;
  readonly amount: number;
  readonly balance: number;
}

/** All lines of a holder's account, oldest first, opening balances apart. */
export async function linesOf(counter: Pick<MembersPlace, 'databaseUrl'>, account: string): Promise<Line[]> {
  const connection = await createConnection({ uri: counter.databaseUrl.replace(/^mariadb:/, 'mysql:') });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT e.type, CAST(IF(e.side = 'credit', e.amount_minor, -e.amount_minor) AS SIGNED) AS amount, e.balance_after_minor AS balance
       FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
       WHERE a.code = ? AND e.type <> 'Opening Balance' ORDER BY e.seq`,
      [`${account}/AUD`],
    );
    return rows.map((row) => ({ ...row })) as Line[];
  } finally {
    await connection.end();
  }
}
