import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import type { World } from '../world.ts';

const advanceInput = z.strictObject({
  ms: z.number().min(0).default(0),
  seconds: z.number().min(0).default(0),
  hours: z.number().min(0).default(0),
  days: z.number().min(0).default(0),
});
const setInput = z.strictObject({ now_ms: z.number() });

/** The simulated clock: moving it fires what falls due, expiries and retries included. It only goes forward. */
export function clockRoutes({ clock }: World): ControlRoute[] {
  const read = () => ({ now_ms: clock.nowMs(), now: new Date(clock.nowMs()).toISOString() });
  return [
    { method: 'GET', path: '/_control/clock', handle: read },
    {
      method: 'POST',
      path: '/_control/clock/set',
      handle: ({ body }) => {
        clock.set(setInput.parse(body).now_ms);
        return read();
      },
    },
    {
      method: 'POST',
      path: '/_control/clock/advance',
      handle: ({ body }) => {
        const { ms, seconds, hours, days } = advanceInput.parse(body ?? {});
        clock.advance(ms + seconds * 1000 + hours * 3_600_000 + days * 86_400_000);
        return read();
      },
    },
  ];
}
