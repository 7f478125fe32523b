import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { ApiError } from '../wire/errors.ts';
import type { IncomingRequest, Reply } from '../wire/http.ts';
import { createRouter, type Router } from '../wire/routes.ts';

export const CONTROL_PREFIX = '/_control';

/** A control call that cannot be done: its status and why. */
export class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'ControlError';
    this.status = status;
  }
}

export function controlRouter(routes: readonly ControlRoute[]): Router<ControlRoute> {
  return createRouter(routes);
}

/** Answers a call of the control plane, which knows no keys and is open to this machine only (terminal.md 5.9). */
export async function answerControl(router: Router<ControlRoute>, request: IncomingRequest): Promise<Reply> {
  if (!isLoopback(request.remoteAddress))
    return json(403, { error: 'The control plane is open to this machine only.' });
  const found = router.find(request.method, request.path);
  if (found === undefined) return json(404, { error: `No control route ${request.method} ${request.path}` });
  try {
    const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
    const query = new URLSearchParams(request.query);
    return json(200, (await found.route.handle({ body, params: found.path, query })) ?? {});
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): Reply {
  if (error instanceof ControlError) return json(error.status, { error: error.message });
  if (error instanceof z.ZodError) return json(400, { error: z.prettifyError(error) });
  if (error instanceof ApiError) return json(error.status, { error: error.body.message, code: error.body.code });
  if (error instanceof SyntaxError || error instanceof RangeError) return json(400, { error: error.message });
  throw error;
}

function json(status: number, body: unknown): Reply {
  return {
    kind: 'answer',
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    truncated: false,
  };
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
