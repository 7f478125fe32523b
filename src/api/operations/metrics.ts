import type { Middleware } from 'koa';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { numberOf, textOf, type SqlPool } from '../../entities/sql-pool.ts';

/** What the API counts; its own registry, so that several can live in one process. */
export interface ApiMetrics {
  readonly registry: Registry;
  readonly middleware: Middleware;
}

export interface MetricsSources {
  readonly pool: SqlPool;
  /** Open streams of server-sent events. */
  readonly listeners: () => number;
}

/** Counts requests by route, and shows where sales and the inbox stand each time somebody looks. */
export function createMetrics(sources: MetricsSources): ApiMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'tillflow_http_request_duration_seconds',
    help: 'Duration of HTTP requests by route, method and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20],
    registers: [registry],
  });
  gauges(registry, sources);
  return { registry, middleware: measure(requests) };
}

/** The route as it is declared, never the address: identifiers would make a series each. */
function measure(requests: Histogram<'method' | 'route' | 'status'>): Middleware {
  return async (ctx, next) => {
    const stop = requests.startTimer();
    try {
      await next();
    } finally {
      const declared: unknown = ctx.state['route'] ?? ctx['_matchedRoute'];
      stop({ method: ctx.method, route: typeof declared === 'string' ? declared : 'none', status: String(ctx.status) });
    }
  };
}

function gauges(registry: Registry, { pool, listeners }: MetricsSources): void {
  const registers = [registry];
  new Gauge({
    name: 'tillflow_event_stream_listeners',
    help: 'Open streams of server-sent events',
    registers,
    collect() {
      this.set(listeners());
    },
  });
  new Gauge({
    name: 'tillflow_sales',
    help: 'Sales by state',
    labelNames: ['state'],
    registers,
    async collect() {
      this.reset();
      for (const row of await pool.rows('SELECT state, COUNT(*) AS n FROM sale GROUP BY state')) {
        this.set({ state: textOf(row, 'state') }, numberOf(row, 'n'));
      }
    },
  });
  gauge(registers, pool, {
    name: 'tillflow_sales_needing_attention',
    help: 'Sales that wait for a decision by a person',
    sql: 'SELECT COUNT(*) AS n FROM sale WHERE attention_reason IS NOT NULL',
  });
  gauge(registers, pool, {
    name: 'tillflow_inbox_waiting',
    help: 'Processor events that are received or parked and not settled',
    sql: "SELECT COUNT(*) AS n FROM provider_event WHERE state IN ('received', 'parked')",
  });
  gauge(registers, pool, {
    name: 'tillflow_inbox_lag_seconds',
    help: 'Age of the oldest processor event that waits for its dispatch',
    sql: `SELECT COALESCE(TIMESTAMPDIFF(SECOND, MIN(received_at), UTC_TIMESTAMP(6)), 0) AS n
      FROM provider_event WHERE state = 'received'`,
  });
  gauge(registers, pool, {
    name: 'tillflow_idempotent_requests_running',
    help: 'Requests whose answer is not kept yet',
    sql: "SELECT COUNT(*) AS n FROM idempotency_request WHERE state = 'running' AND created_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY",
  });
}

function gauge(registers: Registry[], pool: SqlPool, source: { name: string; help: string; sql: string }): void {
  new Gauge({
    name: source.name,
    help: source.help,
    registers,
    async collect() {
      const [row] = await pool.rows(source.sql);
      if (row !== undefined) this.set(numberOf(row, 'n'));
    },
  });
}
