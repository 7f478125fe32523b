import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import type { HoldGate } from '../wire/hold-gate.ts';

const holdInput = z.strictObject({
  match: z
    .strictObject({
      method: z.string().optional(),
      path: z.string().optional(),
      account: z.string().optional(),
      idempotency_key: z.string().optional(),
    })
    .default({}),
  /** `after`: executed, its answer held. `before`: not executed yet. */
  stage: z.enum(['before', 'after']).default('after'),
  times: z.number().int().min(1).default(1),
});
const releaseInput = z.strictObject({
  id: z.string().optional(),
  /** Cuts the connection instead: the answer is lost, or the request never arrived. */
  drop: z.boolean().default(false),
});

const LONGEST_POLL_MS = 60_000;

/** Gates on API requests (decisions D57): hold, wait until something is held, let go. */
export function holdRoutes(gate: HoldGate): ControlRoute[] {
  return [
    {
      method: 'POST',
      path: '/_control/hold-response',
      handle: ({ body }) => {
        const { match, stage, times } = holdInput.parse(body ?? {});
        return { id: gate.hold(match, { stage, times }) };
      },
    },
    {
      method: 'GET',
      path: '/_control/held',
      handle: async ({ query }) => {
        const timeoutMs = Math.min(Number(query.get('timeout_ms') ?? 30_000), LONGEST_POLL_MS);
        const wanted = { count: Number(query.get('count') ?? 1), hold: query.get('hold') ?? undefined };
        return { held: await gate.awaitHeld(wanted, timeoutMs) };
      },
    },
    {
      method: 'POST',
      path: '/_control/release',
      handle: ({ body }) => {
        const { id, drop } = releaseInput.parse(body ?? {});
        return { released: gate.release({ id, verdict: drop ? 'drop' : 'go' }) };
      },
    },
  ];
}
