import { setTimeout } from 'node:timers/promises';
import type { ControlClient } from '../../simulator/control-client.ts';
import type { Answer, Problem, ShownSale } from '../support/till.ts';
import type { SalePlan, Step } from './plan.ts';
import type { SceneTill } from './scene.ts';
import type { Trace } from './trace.ts';
import type { Workforce } from './workforce.ts';

type Told = Answer<ShownSale & Problem>;

/** What a clerk works with. */
export interface Desk {
  readonly control: ControlClient;
  readonly workforce: Workforce;
  readonly trace: Trace;
  readonly at: SceneTill;
}

/** Answers that a till may get; anything else is a failure of the run. */
const answers = new Set([200, 201, 202, 409, 422, 503]);
const over = new Set(['posted', 'canceled', 'expired', 'never_begun']);
/** How long a step waits for what another one is to bring about, in ms: it may never come. */
const stepPatienceMs = 1_000;
const pollMs = 25;

/** Serves one sale of the plan: does its steps, and waits until the sale is over or asks for a person. */
export class Clerk {
  readonly #desk: Desk;
  readonly #plan: SalePlan;
  #saleId: string | undefined;
  readonly #others: string[] = [];

  constructor(desk: Desk, plan: SalePlan) {
    this.#desk = desk;
    this.#plan = plan;
  }

  async serve(patienceMs: number): Promise<void> {
    for (const step of this.#plan.steps) await this.#take(step);
    await this.#reader().mode('manual');
    for (const id of [...this.#others, this.#known()]) await this.#end(id, patienceMs);
  }

  async #take(step: Step): Promise<void> {
    switch (step.do) {
      case 'sell':
        return this.#sell(step.clicks);
      case 'sell_again':
        return this.#sell(1);
      case 'rival':
        return this.#rival(step.amountMinor);
      case 'tap':
        return this.#tap(step);
      case 'reader':
        await this.#reader().mode(step.mode, { after: `${step.afterMs}ms`, authorized: step.authorized });
        this.#note(`reader ${step.mode}`);
        return;
      case 'customer_cancels':
        return this.#customerCancels();
      case 'await':
        return this.#await(step.states);
      case 'capture':
        return this.#capture(step);
      case 'cancel':
        return this.#command('cancel', {}, step.clicks);
      case 'retry':
        return this.#command('retry', {}, 1);
      case 'crash':
        this.#note('the worker is killed');
        return this.#desk.workforce.crash();
      case 'race':
        await Promise.all(
          step.runners.map(async (runner) => {
            await setTimeout(runner.afterMs);
            await this.#take(runner.step);
          }),
        );
    }
  }

  async #sell(clicks: number): Promise<void> {
    const { amountMinor, captureMode, tipMode, tipMinor, no } = this.#plan;
    const body = {
      description: `Sale ${no}`,
      tipMode,
      ...(tipMode === 'fixed' ? { tip: { amount: tipMinor, currency: 'AUD' } } : {}),
      ...(captureMode === 'as_the_site' ? {} : { captureMode }),
    };
    const key = `${this.#desk.at.readerRef}-sale-${no}`;
    const told = await Promise.all(
      Array.from({ length: clicks }, () => this.#insist('sell', () => this.#desk.at.till.sell(amountMinor, body, key))),
    );
    const ids = new Set([...told.map((answer) => idOf(answer)), ...(this.#saleId === undefined ? [] : [this.#saleId])]);
    if (ids.size > 1) throw new Error(`Sale ${no} was made more than once: ${[...ids].join(', ')}.`);
    this.#saleId = [...ids][0];
  }

  async #rival(amountMinor: number): Promise<void> {
    const key = `${this.#desk.at.readerRef}-rival-${this.#plan.no}`;
    const told = await this.#insist('rival', () => this.#desk.at.till.sell(amountMinor, {}, key));
    const id = idOf(told);
    if (id === undefined) return;
    this.#others.push(id);
    if (told.status === 409) await this.#insist('cancel', () => this.#desk.at.till.command(id, 'cancel'), id);
  }

  async #tap({ card, afterMs, tipMinor }: Extract<Step, { do: 'tap' }>): Promise<void> {
    const tip = tipMinor === null || this.#plan.tipMode !== 'on_reader' ? {} : { tipMinor };
    const { applied } = await this.#reader().willTap(card, { after: `${afterMs}ms`, ...tip });
    this.#note(`card ${card.slice(-4)} ${applied ?? ''}`);
  }

  async #customerCancels(): Promise<void> {
    const done = await this.#reader()
      .customerCancels()
      .then(
        () => 'pressed',
        (error: unknown) => String(error),
      );
    this.#note(`the customer's cancel button: ${done}`);
  }

  async #await(states: readonly string[]): Promise<void> {
    const id = this.#known();
    const deadline = Date.now() + stepPatienceMs;
    for (;;) {
      const shown = await this.#desk.at.till.show(id);
      const done = states.includes(shown.state) || isOver(shown);
      if (!done && Date.now() <= deadline) {
        await setTimeout(pollMs);
        continue;
      }
      this.#note(`is ${shown.state}`);
      return;
    }
  }

  async #capture({ share, clicks }: Extract<Step, { do: 'capture' }>): Promise<void> {
    const { authorized } = await this.#desk.at.till.show(this.#known());
    const minor = share === null ? null : Math.max(1, Math.floor((authorized.amount * share) / 100));
    const body = minor === null ? {} : { amount: { amount: minor, currency: 'AUD' } };
    await this.#command('capture', body, clicks);
  }

  async #command(name: 'capture' | 'cancel' | 'retry', body: object, clicks: number): Promise<void> {
    const id = this.#known();
    const key = `${id}-${name}-${this.#desk.trace.nextNo()}`;
    const send = () => this.#desk.at.till.command(id, name, body, key);
    await Promise.all(Array.from({ length: clicks }, () => this.#insist(name, send)));
  }

  /** Sends until it is heard: 503 asks to come again with the same key. */
  async #insist(what: string, send: () => Promise<Told>, sale = this.#saleId): Promise<Told> {
    for (let times = 1; ; times += 1) {
      const told = await send();
      const { state, code } = { state: stateOf(told), code: told.body.code };
      this.#desk.trace.told({ sale: sale ?? idOf(told), no: this.#plan.no, what, status: told.status, state, code });
      if (!answers.has(told.status)) throw new Error(`${what} was answered ${told.status}: ${told.text}`);
      if (told.status !== 503 || times === 20) return told;
      await setTimeout(100);
    }
  }

  async #end(id: string, patienceMs: number): Promise<void> {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const shown = await this.#desk.at.till.show(id);
      if (isOver(shown)) {
        this.#note(`ends ${shown.state}${shown.needsAttention ? ', needs attention' : ''}`, id);
        return;
      }
      if (Date.now() > deadline) throw new Error(`Sale ${id} is ${shown.state} and silent after ${patienceMs} ms.`);
      await setTimeout(pollMs);
    }
  }

  #known(): string {
    if (this.#saleId === undefined) throw new Error(`Nobody said which sale number ${this.#plan.no} is.`);
    return this.#saleId;
  }

  #reader() {
    return this.#desk.control.reader(this.#desk.at.readerRef);
  }

  #note(what: string, sale = this.#saleId): void {
    this.#desk.trace.note({ sale, no: this.#plan.no, what });
  }
}

function isOver(shown: ShownSale): boolean {
  return over.has(shown.state) || shown.needsAttention;
}

function idOf(told: Told): string | undefined {
  return told.status < 300 ? told.body.id : told.body.sale?.id;
}

function stateOf(told: Told): string | undefined {
  return told.status < 300 ? told.body.state : told.body.sale?.state;
}
