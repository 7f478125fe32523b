import { october, type Shown, type ShownItem } from '../support/month-end.ts';
import { hearBank, repair, takeBack } from './bank-clerk.ts';
import type { FinanceDesk, ToldFinance } from './finance-desk.ts';
import type { OfficeStep } from './plan-month-end.ts';
import { reconcile } from './reconciling.ts';
import type { Workforce } from './workforce.ts';

type Of<Name extends OfficeStep['do']> = Extract<OfficeStep, { do: Name }>;

const over = new Set(['done', 'done_with_errors', 'rejected', 'expired']);

/** Does what a plan says to the finance office: its people, and the bank. */
export class OfficeClerk {
  readonly #desk: FinanceDesk;
  readonly #workforce: Workforce;
  /** Settlements that were started, the oldest first. */
  readonly #runs: string[] = [];

  constructor(desk: FinanceDesk, workforce: Workforce) {
    this.#desk = desk;
    this.#workforce = workforce;
  }

  /** Does all steps, and leaves no settlement waiting. */
  async serve(): Promise<void> {
    for (const step of this.#desk.monthEnd.plan.office) await this.#take(step);
    await this.#reject();
  }

  async #take(step: OfficeStep): Promise<unknown> {
    switch (step.do) {
      case 'start':
        return this.#start(step);
      case 'hold_back':
        return this.#decide(step.club, 'hold-backs', () => ({ reason: 'Under dispute' }));
      case 'override':
        return this.#decide(step.club, 'overrides', ({ settled }) => {
          return { amount: Math.floor((settled.amount * step.share) / 100), reason: 'As agreed' };
        });
      case 'reject':
        return this.#reject();
      case 'approve':
        return this.#approve(step);
      case 'file':
        return this.#file(step);
      case 'crash':
        this.#desk.note('the worker is killed');
        return this.#workforce.crash();
      case 'together':
        return Promise.all(step.steps.map((one) => this.#take(one)));
      default:
        return this.#serveBank(step);
    }
  }

  async #serveBank(step: Of<'bank' | 'repair' | 'take_back' | 'new_bank' | 'reconcile'>): Promise<unknown> {
    switch (step.do) {
      case 'bank':
        return hearBank(this.#desk, this.#runs, step);
      case 'repair':
        return repair(this.#desk, this.#runs, step.acts);
      case 'take_back':
        return takeBack(this.#desk, this.#runs, step.club);
      case 'new_bank':
        return this.#desk.office.bank(this.#desk.clubAt(step.club));
      case 'reconcile':
        return reconcile(this.#desk);
    }
  }

  async #start({ runs, clicks, capsShort }: Of<'start'>): Promise<void> {
    const body = { period: october, zone: this.#desk.monthEnd.zone, capsShort };
    const ask = () => this.#desk.post<ToldFinance>('settle', '/v1/settlements', body, { as: 'starter', clicks });
    const told = await Promise.all(Array.from({ length: runs }, ask));
    this.#runs.push(...told.flatMap(({ status, body: { id } }) => (status === 201 && id !== undefined ? [id] : [])));
  }

  /** In the settlement that waits with this club in it, if there is one. */
  async #decide(place: number, what: string, body: (item: ShownItem) => object): Promise<void> {
    const organisation = this.#desk.clubAt(place);
    for (const { id } of await this.#waiting()) {
      const items = await this.#desk.office.items(id);
      const item = items.find((one) => one.organisation === organisation && one.state === 'planned');
      if (item === undefined) continue;
      await this.#desk.post(what, `/v1/settlements/${id}/${what}`, { organisation, ...body(item) }, { as: 'clerk' });
    }
  }

  async #reject(): Promise<void> {
    for (const { id } of await this.#waiting()) {
      await this.#desk.post('reject', `/v1/settlements/${id}/rejection`, { reason: 'Not so' }, { as: 'clerk' });
      await this.#over(id);
    }
  }

  /** What waits is approved as it was looked at last, and awaited. */
  async #approve({ clicks }: Of<'approve'>): Promise<void> {
    for (const run of await this.#waiting()) {
      const approve = (planHash: string) =>
        this.#desk.post('approve', `/v1/settlements/${run.id}/approvals`, { planHash }, { as: 'treasurer', clicks });
      const { body } = await approve(run.planHash);
      if (body.code === 'plan_changed') await approve((await this.#desk.office.show(run.id)).planHash);
      await this.#over(run.id);
    }
  }

  async #file({ format, clicks }: Of<'file'>): Promise<void> {
    for (const run of this.#runs) {
      const body = { currency: 'AUD', format, run };
      await this.#desk.post('file', '/v1/payout-files', body, { clicks });
    }
  }

  async #waiting(): Promise<readonly Shown[]> {
    const shown = await Promise.all(this.#runs.map((id) => this.#desk.until<Shown>(`/v1/settlements/${id}`, isShown)));
    return shown.filter(({ state }) => state === 'awaiting_approval');
  }

  async #over(id: string): Promise<void> {
    const { state } = await this.#desk.until<Shown>(`/v1/settlements/${id}`, (shown) => over.has(shown.state));
    this.#desk.note(`is ${state}`, id);
  }
}

function isShown({ id }: Shown): boolean {
  return id.length > 0;
}
