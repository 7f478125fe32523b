import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { KoaAdapter } from '@bull-board/koa';
import type { Queue } from 'bullmq';
import Koa, { type Middleware } from 'koa';
import { errorMiddleware } from '../error-middleware.ts';
import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import type { ApiMetrics } from './metrics.ts';
import { requestContext } from '../request-context.ts';

export interface AdminDependencies {
  readonly health: Health;
  readonly metrics: ApiMetrics;
  readonly queues: readonly Queue[];
  readonly log: Logger;
}

/**
 * What operators look at, on a port of its own that is not open to the world (decisions D55): `/metrics`, `/healthz`,
 * `/readyz`, and the queues at `/queues`.
 */
export function createAdminApp({ health, metrics, queues, log }: AdminDependencies): Koa {
  const app = new Koa();
  app.on('error', (error: unknown) => {
    log.warn({ err: error }, 'admin connection failed');
  });
  app.use(requestContext(log));
  app.use(errorMiddleware(log));
  app.use(pages(health, metrics));
  app.use(queueBoard(queues));
  return app;
}

function pages(health: Health, metrics: ApiMetrics): Middleware {
  return async (ctx, next) => {
    switch (ctx.path) {
      case '/healthz':
        ctx.body = { status: 'ok' };
        return;
      case '/readyz': {
        const readiness = await health.readiness();
        ctx.status = readiness.ready ? 200 : 503;
        ctx.body = readiness;
        return;
      }
      case '/metrics':
        ctx.type = metrics.registry.contentType;
        ctx.body = await metrics.registry.metrics();
        return;
      default:
        await next();
    }
  };
}

function queueBoard(queues: readonly Queue[]): Middleware {
  const adapter = new KoaAdapter();
  adapter.setBasePath('/queues');
  createBullBoard({ queues: queues.map((queue) => new BullMQAdapter(queue)), serverAdapter: adapter });
  return adapter.registerPlugin();
}
