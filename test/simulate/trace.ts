import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateFolder } from '../support/stack.ts';
import { planHash, type Plan } from './plan.ts';

export interface Note {
  readonly sale?: string | undefined;
  /** The sale's number in the plan. */
  readonly no: number;
  readonly what: string;
}

export interface ToldNote extends Note {
  readonly status: number;
  readonly state: string | undefined;
  readonly code: string | undefined;
}

/** What happened in one seed, in order, with milliseconds since its beginning. */
export class Trace {
  readonly #plan: Plan;
  readonly #began = performance.now();
  readonly #notes: (Note & { readonly ms: number })[] = [];
  readonly #told: ToldNote[] = [];
  #no = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  note(note: Note): void {
    this.#notes.push({ ms: Math.round(performance.now() - this.#began), ...note });
  }

  /** An answer of the API. */
  told(note: ToldNote): void {
    this.note(note);
    this.#told.push(note);
  }

  /** What tills were told of sales, in order. */
  get answers(): readonly ToldNote[] {
    return this.#told;
  }

  nextNo(): number {
    return (this.#no += 1);
  }

  /** Writes the trace where a failure can be read; answers the file. */
  write(result: object): string {
    const folder = join(stateFolder, 'simulate');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${this.#plan.seed}.json`);
    const { seed } = this.#plan;
    const text = { seed, planHash: planHash(this.#plan), result, plan: this.#plan, happened: this.#notes };
    writeFileSync(file, `${JSON.stringify(text, null, 1)}\n`);
    return file;
  }
}
