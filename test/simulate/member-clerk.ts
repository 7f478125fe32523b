import { setTimeout } from 'node:timers/promises';
import type { Counter } from '../support/counter.ts';
import type { ShownPayment } from '../support/members.ts';
import type { Answer } from '../support/till.ts';
import { newestCard } from './member-rows.ts';
import type { CheckoutEnd, MemberStep } from './plan-member.ts';
import type { SceneMember } from './scene.ts';
import type { System } from './run.ts';
import type { Trace } from './trace.ts';
import type { Workforce } from './workforce.ts';

type Told = Answer<Partial<ShownPayment> & { readonly payment?: ShownPayment; readonly topUp?: unknown }>;
type Of<Name extends MemberStep['do']> = Extract<MemberStep, { do: Name }>;

/** What a host may be answered; anything else is a failure of the run. */
const answers = new Set([200, 201, 202, 409, 422, 503]);
const open = new Set(['pending']);
const [good, bad] = ['4242424242424242', '4000000000000002'];
const pollMs = 25;
/** How long a step waits until it is known what to do next, in ms; it may never be. */
const stepPatienceMs = 20_000;

/** Does what a plan says to one member, as their host, their browser, the staff and the processor's console. */
export class MemberClerk {
  readonly #counter: Counter;
  readonly #workforce: Workforce;
  readonly #trace: Trace;
  readonly #member: SceneMember;
  #keys = 0;

  constructor({ counter, workforce }: Pick<System, 'counter' | 'workforce'>, trace: Trace, member: SceneMember) {
    this.#counter = counter;
    this.#workforce = workforce;
    this.#trace = trace;
    this.#member = member;
  }

  async serve(): Promise<void> {
    for (const step of this.#member.plan.steps) await this.#take(step);
  }

  async #take(step: MemberStep): Promise<unknown> {
    switch (step.do) {
      case 'pay':
        return this.#pay(step);
      case 'top_up':
        return this.#topUp(step);
      case 'fund':
        return this.#fund(step);
      case 'batch':
        return this.#batch(step);
      case 'card_is':
        return this.#cardIs(step);
      case 'ask_back':
      case 'give_back':
        return this.#refund(step);
      case 'console_refund':
        return this.#inConsole('a refund', (ref) => this.#payment(ref).refundInConsole({ amount: step.amountMinor }));
      case 'dispute':
        return this.#dispute(step);
      case 'crash':
        this.#note('the worker is killed');
        return this.#workforce.crash();
      case 'together':
        return Promise.all(step.steps.map((one) => this.#take(one)));
    }
  }

  async #pay({ to, amountMinor, clicks, end }: Of<'pay'>): Promise<void> {
    const payee = to === 'club' ? { organisation: this.#club() } : { member: this.#member.friend };
    const body = { ...this.#wish(amountMinor), to: payee };
    await this.#checkOut(await this.#post('pay', '/v1/payments', body, clicks), end);
  }

  async #topUp({ amountMinor, end }: Of<'top_up'>): Promise<void> {
    const path = `/v1/members/${this.#member.id}/top-ups`;
    const body = { amount: { amount: amountMinor, currency: 'AUD' } };
    await this.#checkOut(await this.#post('top up', path, body), end);
  }

  async #fund({ amountMinor, bookMinor, then, end }: Of<'fund'>): Promise<void> {
    const asked = await this.#post('fund', '/v1/payments', { ...this.#wish(amountMinor), booking: 'host' });
    const id = await this.#checkOut(asked, end);
    if (id === undefined || (await this.#known(id)).status !== 'funded' || then === 'forget') return;
    const lines = [{ to: { organisation: this.#club() }, amount: bookMinor }];
    if (then === 'book') await this.#post('book', `/v1/payments/${id}/bookings`, { lines });
    else await this.#post('release', `/v1/payments/${id}/cancel`, {});
  }

  async #batch({ amountsMinor }: Of<'batch'>): Promise<void> {
    const payments = amountsMinor.map((minor) => ({ ...this.#wish(minor), to: { organisation: this.#club() } }));
    await this.#post('batch', '/v1/payment-batches', { payments });
  }

  async #cardIs({ how }: Of<'card_is'>): Promise<void> {
    if (this.#member.cardRef === null) return;
    await this.#counter.control.paymentMethod(this.#member.cardRef).behave(how);
    this.#note(`the card is ${how}`);
  }

  async #refund(step: Of<'ask_back'> | Of<'give_back'>): Promise<void> {
    const card = await newestCard(this.#counter, this.#member.id);
    if (card === undefined) return;
    if (step.do === 'ask_back') {
      await this.#post('ask back', `/v1/members/${this.#member.id}/refunds`, { topUp: card.topUp }, step.clicks);
      return;
    }
    const amount = { amount: step.amountMinor, currency: 'AUD' };
    await this.#post('give back', '/v1/refunds', { topUp: card.topUp, amount, description: 'By hand' });
  }

  async #dispute({ ends }: Of<'dispute'>): Promise<void> {
    const dispute = await this.#inConsole('a dispute', (ref) => this.#payment(ref).dispute());
    if (dispute === undefined || ends === 'open') return;
    const { control } = this.#counter;
    await (ends === 'won' ? control.dispute(dispute.id).win() : control.dispute(dispute.id).lose());
    this.#note(`the dispute is ${ends}`);
  }

  /** What the processor refuses, because there is nothing left to take, does not happen. */
  async #inConsole<T>(what: string, act: (paymentRef: string) => Promise<T>): Promise<T | undefined> {
    const card = await newestCard(this.#counter, this.#member.id);
    if (card === undefined) return undefined;
    try {
      const done = await act(card.paymentRef);
      this.#note(`${what} at the processor`, card.topUp);
      return done;
    } catch (error) {
      this.#note(`${what} at the processor was refused: ${String(error)}`, card.topUp);
      return undefined;
    }
  }

  /** Ends a checkout, if there is one; answers what the request made. */
  async #checkOut(told: Told, end: CheckoutEnd): Promise<string | undefined> {
    const { id } = told.body;
    if (id === undefined || told.status >= 300) return undefined;
    const ref = (await this.#known(id)).checkout?.paymentRef;
    if (ref === undefined || end === 'abandon') return id;
    const base = id.startsWith('top_') ? 'top-ups' : 'payments';
    const cancel = () => this.#post('cancel', `/v1/${base}/${id}/cancel`, {});
    if (end === 'decline_then_confirm') await this.#confirm(ref, bad);
    if (end === 'confirm_while_canceled') await Promise.all([this.#confirm(ref, good), cancel()]);
    else if (end === 'cancel') await cancel();
    else await this.#confirm(ref, good);
    await this.#until(id, (shown) => shown.status !== 'checkout_required' && !open.has(shown.status));
    return id;
  }

  async #confirm(paymentRef: string, card: string): Promise<void> {
    const said = await this.#payment(paymentRef)
      .confirm(card)
      .then(
        ({ outcome }) => outcome,
        (error: unknown) => String(error),
      );
    this.#note(`card ${card.slice(-4)}: ${said}`);
  }

  #known(id: string): Promise<ShownPayment> {
    return this.#until(id, (shown) => !open.has(shown.status));
  }

  async #until(id: string, isDone: (shown: ShownPayment) => boolean): Promise<ShownPayment> {
    const deadline = Date.now() + stepPatienceMs;
    const path = id.startsWith('top_') ? 'top-ups' : 'payments';
    for (;;) {
      const { status, body } = await this.#counter.till.get<ShownPayment>(`/v1/${path}/${id}`);
      if ((status === 200 && isDone(body)) || Date.now() > deadline) {
        this.#note(`is ${body.state}`, id);
        return body;
      }
      await setTimeout(pollMs);
    }
  }

  /** Sends until it is heard, `clicks` times at once: 503 asks to come again with the same key. */
  async #post(what: string, path: string, body: object, clicks = 1): Promise<Told> {
    const key = `${this.#member.id}-${(this.#keys += 1)}`;
    const insist = async (): Promise<Told> => {
      for (let times = 1; ; times += 1) {
        const told: Told = await this.#counter.till.post(path, body, key);
        const { id = told.body.payment?.id, state, code } = told.body;
        this.#trace.told({ sale: id, no: this.#member.plan.no, what, status: told.status, state, code });
        if (!answers.has(told.status)) throw new Error(`${what} was answered ${told.status}: ${told.text}`);
        if (told.status !== 503 || times === 40) return told;
        await setTimeout(100);
      }
    };
    const all = await Promise.all(Array.from({ length: clicks }, insist));
    const ids = new Set(all.flatMap(({ body }) => body.id ?? []));
    if (ids.size > 1) throw new Error(`One key made ${[...ids].join(' and ')}.`);
    return all[0] as Told;
  }

  #wish(amountMinor: number): object {
    const { id, plan } = this.#member;
    return { member: id, amount: { amount: amountMinor, currency: 'AUD' }, description: `Member ${plan.no}` };
  }

  #club(): string {
    return this.#counter.shop.site.organisationId;
  }

  #payment(paymentRef: string) {
    return this.#counter.control.paymentIntent(paymentRef);
  }

  #note(what: string, sale: string = this.#member.id): void {
    this.#trace.note({ sale, no: this.#member.plan.no, what });
  }
}
