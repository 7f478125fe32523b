import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Logger } from './operations/logger.ts';

/**
 * Gives each request an id (the caller's `X-Request-Id` if it is harmless), says it in the answer, and writes one line
 * per request: the declared route, never the address or the body.
 */
export function requestContext(log: Logger): Middleware {
  return async (ctx, next) => {
    const given = ctx.get('X-Request-Id');
    const requestId = /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
    ctx.state['requestId'] = requestId;
    ctx.set('X-Request-Id', requestId);
    const startedAt = performance.now();
    try {
      await next();
    } finally {
      const { route, keyId } = ctx.state;
      const ms = Number((performance.now() - startedAt).toFixed(1));
      log.info({ requestId, method: ctx.method, route, keyId, status: ctx.status, ms }, 'request');
    }
  };
}
