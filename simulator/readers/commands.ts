import type { ActionRecord } from '../records.ts';
import { refusal, type ApiError } from '../wire/errors.ts';
import { behave } from './behaviour.ts';
import { dropPlans, useMode, type Device } from './device.ts';
import { intentOn, touch, type Slot } from './slot.ts';

export type CommandKind = 'payment' | 'display' | 'cancel';

/** Puts an action on the reader, replacing what is there and not yet authorizing (terminal.md 4.6-3, 4.6-4). */
export function startAction(slot: Slot, kind: CommandKind, action: ActionRecord): void {
  const { reader, device } = slot;
  refuseUnlessReachable(slot, kind);
  dropPlans(device);
  reader.action = action;
  device.shownMinor = intentOn(slot)?.amount;
  touch(slot);
  const lostAnswer = kind === 'payment' && device.mode.name === 'timeout_received';
  if (kind === 'payment') behave(slot);
  if (!lostAnswer) return;
  useMode(device);
  throw timeout();
}

/** Clears what waits; an idle reader answers 200 and nothing changes. */
export function cancelAction(slot: Slot): void {
  const { reader, device } = slot;
  refuseUnlessReachable(slot, 'cancel');
  touch(slot);
  if (reader.action?.status !== 'in_progress') return;
  dropPlans(device);
  reader.action = null;
}

/** The errors of terminal.md 4.5 that need no look at the payment. */
function refuseUnlessReachable(slot: Slot, kind: CommandKind): void {
  const { device } = slot;
  const error = device.dead ? offline() : (modeRefusal(device, kind) ?? stateRefusal(device, kind));
  if (error === undefined) return;
  if (!device.dead) useMode(device);
  throw error;
}

function modeRefusal({ mode }: Device, kind: CommandKind): ApiError | undefined {
  switch (mode.name) {
    case 'offline':
    case 'reboot':
      return offline();
    case 'busy':
      return busy();
    case 'hardware_fault':
      return refusal('terminal_reader_hardware_fault', 'The reader has a hardware fault.');
    case 'timeout_lost':
      return kind === 'payment' ? timeout() : undefined;
    default:
      return undefined;
  }
}

function stateRefusal(device: Device, kind: CommandKind): ApiError | undefined {
  if (device.phase === 'authorizing') return busy();
  return device.inserted && kind === 'payment' ? busy() : undefined;
}

export function offline(): ApiError {
  const message =
    'Reader is currently offline, please ensure the reader is powered on and connected to the internet before retrying your request.';
  return refusal('terminal_reader_offline', message);
}

function busy(): ApiError {
  return refusal(
    'terminal_reader_busy',
    'Reader is currently busy processing another request, please try again later.',
  );
}

function timeout(): ApiError {
  return refusal(
    'terminal_reader_timeout',
    'The reader did not respond in time: it may or may not have received the request.',
  );
}
