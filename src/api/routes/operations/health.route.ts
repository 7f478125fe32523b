import { z } from 'zod';
import type { Health } from '../../operations/health.ts';
import { open, route, type Route } from '../../route.ts';

const readinessSchema = z
  .object({ ready: z.boolean(), checks: z.record(z.string(), z.enum(['up', 'down'])) })
  .meta({ id: 'Readiness' });

/** For load balancers and process supervisors: alive, and ready to serve. */
export function healthRoutes(health: Health): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/healthz',
      tag: 'Health',
      summary: 'The process is alive',
      policy: open,
      responses: { 200: { description: 'Alive', schema: z.object({ status: z.literal('ok') }) } },
      handle: async () => ({ status: 200, body: { status: 'ok' } }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      tag: 'Health',
      summary: 'The process and what it depends on can serve',
      policy: open,
      responses: {
        200: { description: 'Ready', schema: readinessSchema },
        503: { description: 'Not ready: something is away, or the process is about to stop', schema: readinessSchema },
      },
      handle: async () => {
        const readiness = await health.readiness();
        const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
        return { status: readiness.ready ? 200 : 503, headers, body: readiness };
      },
    }),
  ];
}
