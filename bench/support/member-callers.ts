import { randomUUID } from 'node:crypto';
import type { Owner } from './belongings.ts';
import { HttpCaller, type HttpAnswer } from './http-caller.ts';
import type { BenchSystem } from './system.ts';

/** A request that can be sent again as it was. */
export interface MemberAsk {
  readonly path: string;
  readonly key: string;
  readonly body: string;
}

/** A host that lets members pay over HTTP. */
export class MemberCallers {
  readonly #system: BenchSystem;
  readonly #http: HttpCaller;

  constructor(owner: Owner, system: BenchSystem, callers: number) {
    this.#system = system;
    this.#http = new HttpCaller(system.apiUrl, callers);
    owner.owns(() => {
      this.#http.close();
    });
  }

  /** A payment of `amountMinor` AUD cents to the shop's organisation, not sent yet. */
  payment(member: string, amountMinor: number): MemberAsk {
    return { path: '/v1/payments', key: randomUUID(), body: JSON.stringify(this.#wish(member, amountMinor)) };
  }

  /** One call that lets each of `members` pay `amountMinor`. */
  batch(members: readonly string[], amountMinor: number): MemberAsk {
    const payments = members.map((member) => this.#wish(member, amountMinor));
    return { path: '/v1/payment-batches', key: randomUUID(), body: JSON.stringify({ payments }) };
  }

  /** Sends it; throws unless the answer is 201. */
  async send({ path, key, body }: MemberAsk): Promise<HttpAnswer> {
    const answer = await this.#http.ask({
      method: 'POST',
      path,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${this.#system.apiKey}`,
        'idempotency-key': key,
      },
      body,
    });
    if (answer.status !== 201) throw new Error(`The API answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    return answer;
  }

  #wish(member: string, amountMinor: number): object {
    return {
      member,
      to: { organisation: this.#system.organisation },
      amount: { amount: amountMinor, currency: 'AUD' },
      description: 'Session fee',
      type: 'Club Payment',
    };
  }
}
