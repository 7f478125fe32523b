import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** A timer that is only turned off when that is worth an event of history: one left running ends with its workflow. */
export interface Alarm {
  rang(): boolean;
  turnOff(): void;
}

/** Rings once, in `ms`; `summary` tells operators what it waits for. */
export function setAlarm(ms: number, summary: string): Alarm {
  const scope = new CancellationScope();
  let hasRung = false;
  const ring = (): void => {
    hasRung = true;
  };
  scope.run(() => sleep(ms, { summary })).then(ring, ignoreCancellation);
  return {
    rang: () => hasRung,
    turnOff: () => {
      if (!hasRung) scope.cancel();
    },
  };
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
