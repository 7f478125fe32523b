import { randomUUID } from 'node:crypto';
import type { OrganisationId } from '../../src/domain/ids.ts';
import { openCounter, type Counter, type CounterOptions } from './counter.ts';
import { originators } from './payout-content.ts';
import { plannedPayout, testSealKeys, type MadePayout, type PayoutWish } from './payouts.ts';
import { until } from './until.ts';

export interface ShownPayout {
  readonly id: string;
  readonly no: number;
  readonly organisation: string;
  readonly state: string;
  readonly attempt: number;
  readonly outcome: string | null;
  readonly needsAttention: boolean;
  readonly attentionReason: string | null;
  readonly amount: { readonly amount: number; readonly currency: string };
  readonly code?: string;
}

/** The whole system with organisations that are settled and wait for their money. */
export class PayoutScene {
  readonly counter: Counter;

  constructor(counter: Counter) {
    this.counter = counter;
  }

  static async open(options: CounterOptions = {}): Promise<PayoutScene> {
    const key = testSealKeys.keys[0]?.key.toString('base64') ?? '';
    const env = {
      SEAL_KEYS: 'test:TEST_SEAL_KEY',
      TEST_SEAL_KEY: key,
      PAYOUT_ORIGINATORS: JSON.stringify({ AUD: originators.AUD, EUR: originators.EUR }),
      PAYOUT_TIMING: JSON.stringify({ lookMs: 200 }),
      ...options.env,
    };
    return new PayoutScene(await openCounter({ ...options, env }));
  }

  async organisation(name = 'Rival Club'): Promise<OrganisationId> {
    const made = await this.counter.till.post<{ id: string }>('/v1/organisations', { name }, randomUUID());
    if (made.status !== 201) throw new Error(made.text);
    return made.body.id as OrganisationId;
  }

  /** A settled organisation whose payout waits for a file. */
  async planned(wish: Partial<PayoutWish> = {}): Promise<MadePayout> {
    const organisation = wish.organisation ?? (await this.organisation());
    return plannedPayout(this.counter, { ...wish, organisation });
  }

  async show(id: string): Promise<ShownPayout> {
    return (await this.counter.till.get<ShownPayout>(`/v1/payouts/${id}`)).body;
  }

  act(id: string, act: 'confirmation' | 'return' | 'retry' | 'reversal', reason = 'said so', key = randomUUID()) {
    return this.counter.till.post<ShownPayout>(`/v1/payouts/${id}/${act}`, { reason }, key);
  }

  async file(run: string, more: Readonly<Record<string, unknown>> = {}) {
    const body = { currency: 'AUD', format: 'aba', run, ...more };
    return this.counter.till.post<{ id: string; no: number; payouts: number; digest: string; code?: string }>(
      '/v1/payout-files',
      body,
      randomUUID(),
    );
  }

  async become(id: string, state: string): Promise<ShownPayout> {
    await until(async () => (await this.show(id)).state === state, { withinMs: 30_000, everyMs: 100 });
    return this.show(id);
  }
}
