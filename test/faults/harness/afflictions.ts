import type { ControlClient } from '../../../simulator/control-client.ts';
import { until } from '../../support/until.ts';

/** The five ways in which quality.md F13 lets a call to the processor go wrong. */
export const afflictions = [
  '429 with Retry-After',
  '500',
  '502',
  'reset before commit',
  'time-out after commit',
] as const;
export type Affliction = (typeof afflictions)[number];

export interface AfflictedCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

/** Lets the next such call go wrong, once; resolves with what proves that it did, and clears what is left of it. */
export async function afflict(
  control: ControlClient,
  call: AfflictedCall,
  affliction: Affliction,
): Promise<() => Promise<void>> {
  if (affliction === 'time-out after commit') return timeOut(control, call);
  const once = { method: call.method, path: call.path, times: 1 };
  const id = await addFault(control, affliction, once);
  return async () => {
    const struck = async (): Promise<boolean> => {
      const { rules } = await control.faults.read();
      return rules.some((rule) => rule.id === id && rule.injected === 1);
    };
    await until(struck).catch(() => {
      throw new Error(`${call.method} ${call.path} was never met by ${affliction}.`);
    });
    await control.faults.remove(id);
  };
}

function addFault(
  control: ControlClient,
  affliction: Exclude<Affliction, 'time-out after commit'>,
  once: AfflictedCall & { readonly times: number },
): Promise<string> {
  switch (affliction) {
    case '429 with Retry-After':
      return control.faults.add('rate_limit', { ...once, retryAfterSeconds: 1 });
    case '500':
      return control.faults.add('server_error_before', once);
    case '502':
      return control.faults.add('bad_gateway_html', once);
    case 'reset before commit':
      return control.faults.add('reset_before', once);
  }
}

/** The answer is kept back for longer than the client waits, and lost in the end. */
async function timeOut(control: ControlClient, call: AfflictedCall): Promise<() => Promise<void>> {
  const gate = await control.holdResponse({ method: call.method, path: call.path }, { stage: 'after', times: 1 });
  return async () => {
    await gate.held();
    await gate.drop();
  };
}
