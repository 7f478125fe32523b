import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Answered, MonthEnd } from '../support/month-end.ts';
import type { Scene } from './scene.ts';
import type { SceneMonthEnd } from './month-end-scene.ts';
import type { Trace } from './trace.ts';

/** What answers to finance have in common. */
export interface ToldFinance {
  readonly id?: string;
  readonly state?: string;
  readonly code?: string;
}

export interface Asking {
  /** A person; without one, the platform's key. */
  readonly as?: string;
  /** So often at once, under one key. */
  readonly clicks?: number;
  /** 202 is not the end of it, but asks to come again. */
  readonly isAsync?: boolean;
}

/** What finance may be answered; anything else is a failure of the run. */
const answers = new Set([200, 201, 202, 409, 422, 503]);
const triesMax = 200;
const pollMs = 50;

/** Where finance asks the API, and what it keeps of the answers. */
export class FinanceDesk {
  readonly office: MonthEnd;
  readonly scene: Scene;
  readonly monthEnd: SceneMonthEnd;
  readonly #trace: Trace;

  constructor({ office, trace }: { office: MonthEnd; trace: Trace }, scene: Scene, monthEnd: SceneMonthEnd) {
    this.office = office;
    this.scene = scene;
    this.monthEnd = monthEnd;
    this.#trace = trace;
  }

  /** Sends until it is heard: 503 and a request under way ask to come again with the same key. */
  async post<T extends ToldFinance>(what: string, path: string, body: object, asking: Asking = {}) {
    const { as, clicks = 1, isAsync = false } = asking;
    const key = randomUUID();
    const insist = async (): Promise<Answered<T>> => {
      for (let times = 1; ; times += 1) {
        const told = await this.office.ask<T>(path, { ...(as === undefined ? {} : { as }), body, key });
        this.#told(what, told);
        if (!answers.has(told.status)) throw new Error(`${what} was answered ${told.status}: ${told.text}`);
        if (!asksToComeAgain(told, isAsync) || times === triesMax) return told;
        await setTimeout(pollMs);
      }
    };
    const all = await Promise.all(Array.from({ length: clicks }, insist));
    const ids = new Set(all.flatMap(({ body: { id } }) => id ?? []));
    if (ids.size > 1) throw new Error(`One key made ${[...ids].join(' and ')}.`);
    return all[0]!;
  }

  /** Reads until it is so, and answers what was read last; fails when it never is. */
  async until<T>(path: string, holds: (shown: T) => boolean, withinMs = 120_000): Promise<T> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const { status, text, body } = await this.office.ask<T>(path);
      if (status === 200 && holds(body)) return body;
      if (Date.now() > deadline) throw new Error(`${path} is as before after ${withinMs} ms: ${text}`);
      await setTimeout(pollMs);
    }
  }

  /** The place of an organisation in the plan; -1 for another's. */
  placeOf(organisation: string): number {
    return this.monthEnd.clubs.findIndex(({ id }) => id === organisation);
  }

  clubAt(place: number): string {
    return this.monthEnd.clubs[place]!.id;
  }

  note(what: string, sale?: string): void {
    this.#trace.note({ sale, no: 0, what });
  }

  #told(what: string, { status, body }: Answered<ToldFinance>): void {
    this.#trace.told({ sale: body.id, no: 0, what, status, state: body.state, code: body.code });
  }
}

function asksToComeAgain({ status, body }: Answered<ToldFinance>, isAsync: boolean): boolean {
  return status === 503 || (status === 202 && !isAsync) || body.code === 'idempotency_key_in_progress';
}
