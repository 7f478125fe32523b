import { memberAccount, organisationAccount, type LedgerAccountRef } from '../../src/domain/ledger-account.ts';
import { credit, debit, type NewLedgerTransaction } from '../../src/domain/ledger.ts';
import { money } from '../../src/domain/money.ts';
import type { Rider } from '../../src/ledger/riders.ts';

export type Outcome = 'posted' | 'refused' | 'replayed';
export type UpdateRider = Extract<Rider, { update: string }>;

/** One posting to be made, and what has to become of it. */
export interface Wish {
  readonly outcome: Outcome;
  readonly transaction: NewLedgerTransaction;
  readonly rider: UpdateRider | undefined;
}

export interface WorkloadOptions {
  readonly seed: number;
  /** Whether the same account takes part in every posting. */
  readonly isHot?: boolean;
  /** Two of a hundred are refused for want of money, two repeat an earlier op_key (quality.md R2). */
  readonly hasTrouble?: boolean;
  /** Every posting carries one update of a versioned row. */
  readonly hasRider?: boolean;
}

/** Accounts that have plenty, and accounts that have a cent. */
export const memberCount = 2_000;
export const poorCount = 50;
export const openingMinor = 1_000_000_000;
/** Rows that riders update: one per caller, so that they never wait for each other. */
export const orderCount = 64;

export const memberAt = (n: number): LedgerAccountRef<'AUD'> => memberAccount(`bench-${n}`, 'AUD');
export const poorAt = (n: number): LedgerAccountRef<'AUD'> => memberAccount(`bench-poor-${n}`, 'AUD');
export const hotAccount = organisationAccount('bench-hot', 'AUD');

/**
 * What the callers ask for, drawn from a seed, so that both sides are asked for the same. Each caller pays from one
 * random member to another, or to the hot account.
 */
export class Workload {
  readonly #options: WorkloadOptions;
  readonly #random: () => number;
  readonly #last = new Map<number, Wish>();
  readonly #versions = new Map<number, number>();
  #count = 0;

  constructor(options: WorkloadOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
  }

  /** The next posting of a caller, who waits for its outcome before asking again. */
  next(caller: number): Wish {
    const draw = this.#options.hasTrouble === true ? this.#random() : 1;
    const last = this.#last.get(caller);
    if (draw < 0.02 && last !== undefined) return { ...last, outcome: 'replayed' };
    const isRefused = draw >= 0.02 && draw < 0.04;
    const wish = this.#wish(caller, isRefused);
    if (isRefused) return wish;
    this.#last.set(caller, wish);
    if (wish.rider !== undefined) this.#versions.set(caller, (wish.rider.expectedVersion ?? 0) + 1);
    return wish;
  }

  #wish(caller: number, isRefused: boolean): Wish {
    this.#count += 1;
    const opKey = `bench-${this.#options.seed}-${caller}-${this.#count}`;
    const payer = this.#below(memberCount);
    const payee = (payer + 1 + this.#below(memberCount - 1)) % memberCount;
    const from = isRefused ? poorAt(this.#below(poorCount)) : memberAt(payer);
    const to = this.#options.isHot === true ? hotAccount : memberAt(payee);
    const amount = money(2 + this.#below(500), 'AUD');
    const label = { type: 'Member Transfer', counterparty: `member/${payee}` } as const;
    const transaction: NewLedgerTransaction = {
      opKey,
      kind: 'payment',
      occurredAt: new Date().toISOString(),
      description: `Bench payment ${this.#count}`,
      legs: [...debit(from, amount, label), ...credit(to, amount, label)],
      links: { memberId: `mem_bench_${payer}` },
    };
    return { outcome: isRefused ? 'refused' : 'posted', transaction, rider: this.#rider(caller, opKey) };
  }

  #rider(caller: number, opKey: string): UpdateRider | undefined {
    if (this.#options.hasRider !== true) return undefined;
    const expectedVersion = this.#versions.get(caller) ?? 1;
    const set = { state: 'paid', op_key: opKey };
    return { update: 'bench_order', key: { id: caller + 1 }, expectedVersion, set };
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }
}

/** Mulberry32: small, fast, the same on every machine. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
