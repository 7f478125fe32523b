import type { DemoShop } from './seed.ts';

/** What the demo asks of the API. */
export interface DemoApi {
  get(path: string): Promise<unknown>;
  post(path: string, body: object, key: string): Promise<unknown>;
}

export interface TimelineEvent {
  readonly what: string;
  readonly why: string | null;
  readonly at: string;
}

interface SaleShown {
  readonly id: string;
  readonly state: string;
  readonly amount: { readonly amount: number; readonly currency: string };
}

/** Talks to the running API as a till would, with the demo's key. */
export function createDemoApi(baseUrl: string, secret: string): DemoApi {
  const ask = async (
    method: string,
    path: string,
    rest: { body?: string; headers?: object } = {},
  ): Promise<unknown> => {
    const headers = { authorization: `Bearer ${secret}`, ...rest.headers };
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers,
      ...(rest.body === undefined ? {} : { body: rest.body }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return answer;
  };
  return {
    get: (path) => ask('GET', path),
    post: (path, body, key) =>
      ask('POST', path, {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
      }),
  };
}

/** A walk-up sale from the API call to the posted journal, printed as it happened. Answers the sale's id. */
export async function tellSale(api: DemoApi, shop: DemoShop): Promise<string> {
  const request = {
    site: shop.site.slug,
    reader: shop.reader.id,
    amount: { amount: 2500, currency: 'AUD' },
    description: 'Coffee and cake',
    captureMode: 'manual',
  };
  const key = `demo-${Date.now()}`;
  const made = (await api.post('/v1/sales', request, key)) as SaleShown;
  await until(api, made.id, 'authorized');
  await api.post(`/v1/sales/${made.id}/capture`, {}, `${key}-capture`);
  const sale = await until(api, made.id, 'posted');
  const { items: events } = (await api.get(`/v1/sales/${sale.id}/timeline`)) as { items: TimelineEvent[] };
  const { items: transactions } = (await api.get(`/v1/ledger/transactions?sale=${sale.id}`)) as {
    items: Transaction[];
  };
  print(sale, shop, events);
  for (const transaction of transactions) printTransaction(transaction);
  return sale.id;
}

interface Transaction {
  readonly id: string;
  readonly kind: string;
  readonly entries: readonly {
    readonly account: string;
    readonly side: string;
    readonly amount: { readonly amount: number; readonly currency: string };
  }[];
}

async function until(api: DemoApi, id: string, state: string): Promise<SaleShown> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const sale = (await api.get(`/v1/sales/${id}`)) as SaleShown;
    if (sale.state === state) return sale;
    if (Date.now() > deadline) throw new Error(`The sale is ${sale.state} and not ${state}, after a minute.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function print(sale: SaleShown, shop: DemoShop, events: readonly TimelineEvent[]): void {
  const amount = `${decimal(sale.amount.amount)} ${sale.amount.currency}`;
  say(`\n  Sale ${sale.id}  ${shop.site.name}, reader "${shop.reader.label}"  ${amount.padStart(16)}`);
  const start = Date.parse(events[0]?.at ?? '');
  for (const event of events) {
    const seconds = ((Date.parse(event.at) - start) / 1_000).toFixed(3);
    say(`    +${seconds} s  ${event.what.replaceAll('_', ' ').padEnd(14)}  ${event.why ?? ''}`);
  }
}

function printTransaction(transaction: Transaction): void {
  say(`\n    ${transaction.kind}  ${transaction.id}`);
  for (const entry of transaction.entries) {
    say(`       ${entry.side.padEnd(6)}  ${entry.account.padEnd(52)} ${decimal(entry.amount.amount).padStart(9)}`);
  }
}

/** The demo sells in a currency with two places. */
export function decimal(minor: number): string {
  const digits = String(minor).padStart(3, '0');
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
