import { randomUUID } from 'node:crypto';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { terminalSale } from '../../src/workflows/counter/terminal-sale.workflow.ts';
import { terminalSaleWorkflowId } from '../../src/workflows/counter/terminal-sale.messages.ts';
import type { Owner } from './belongings.ts';
import { HttpCaller } from './http-caller.ts';
import type { BenchSystem } from './system.ts';

/** Tills that sell over HTTP, one at each reader. */
export class RealSales {
  readonly #system: BenchSystem;
  readonly #client: Client;
  readonly #http: HttpCaller;

  constructor(owner: Owner, system: BenchSystem, client: Client) {
    this.#system = system;
    this.#client = client;
    this.#http = new HttpCaller(system.apiUrl, system.readers.length);
    owner.owns(() => {
      this.#http.close();
    });
  }

  /** `POST /v1/sales` at the caller's reader; answers the sale's workflow once the reader has acknowledged. */
  async begin(caller: number): Promise<{ readonly id: string; readonly handle: WorkflowHandle<typeof terminalSale> }> {
    const { site, readers, apiKey } = this.#system;
    const answer = await this.#http.ask({
      method: 'POST',
      path: '/v1/sales',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${apiKey}`,
        'idempotency-key': randomUUID(),
      },
      body: JSON.stringify({ site, reader: readers[caller]?.id, amount: { amount: 1_250, currency: 'AUD' } }),
    });
    if (answer.status !== 201) throw new Error(`The API answered ${answer.status}: ${answer.text}`);
    const { id } = JSON.parse(answer.text) as { id: string };
    return { id, handle: this.#client.workflow.getHandle<typeof terminalSale>(terminalSaleWorkflowId(id)) };
  }

  /** One sale from its request to its end; the till waits for the workflow as the other side does. */
  async sell(caller: number): Promise<WorkflowHandle<typeof terminalSale>> {
    const { id, handle } = await this.begin(caller);
    const { state } = await handle.result();
    if (state !== 'posted') throw new Error(`Sale ${id} is ${state}, not posted.`);
    return handle;
  }

  /** The state that the API shows of a sale. */
  async shownState(id: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.#system.apiKey}` };
    const { text } = await this.#http.ask({ method: 'GET', path: `/v1/sales/${id}`, headers });
    return (JSON.parse(text) as { state: string }).state;
  }
}
