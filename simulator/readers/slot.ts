import type { ActionRecord, IntentRecord, ReaderRecord } from '../records.ts';
import type { Account } from '../store.ts';
import { emit, type World } from '../world.ts';
import { dropPlans, manual, type Device } from './device.ts';

/** A reader together with its machine and its owner: what every step of an action needs. */
export interface Slot {
  world: World;
  account: Account;
  reader: ReaderRecord;
  device: Device;
}

export function slotOf(world: World, account: Account, reader: ReaderRecord): Slot {
  return { world, account, reader, device: deviceOf(account, reader.id) };
}

/** The reader was heard of just now. */
export function touch({ world, reader }: Slot): void {
  reader.last_seen_at = world.clock.nowMs();
}

/** Ends the action as it is and tells; a reader that fell silent tells nothing (terminal.md 4.6-7). */
export function finishAction(slot: Slot, outcome: { status: 'succeeded' } | Failure): void {
  const { world, account, reader, device } = slot;
  const { action } = reader;
  if (action === null || device.dead) return;
  dropPlans(device);
  touch(slot);
  reader.action = { ...action, ...outcome };
  emit(world, account, { type: `terminal.reader.action_${outcome.status}`, object: reader });
}

export interface Failure {
  status: 'failed';
  failure_code: string;
  failure_message: string;
  /** Null when the failure comes from the reader itself (terminal.md 4.1). */
  api_error: ActionRecord['api_error'];
}

export function failure(code: string, message: string): Failure {
  return { status: 'failed', failure_code: code, failure_message: message, api_error: null };
}

export function deviceOf(account: Account, readerId: string): Device {
  let device = account.devices.get(readerId);
  if (device === undefined) {
    device = {
      mode: manual,
      fallback: manual,
      phase: 'ready',
      dead: false,
      inserted: false,
      attempt: 0,
      plans: [],
      queuedTaps: [],
      shownMinor: undefined,
    };
    account.devices.set(readerId, device);
  }
  return device;
}

/** The intent of the action on the reader. */
export function intentOn({ account, reader }: Slot): IntentRecord | undefined {
  const {
    process_payment_intent: processed,
    collect_payment_method: collected,
    confirm_payment_intent: confirmed,
  } = reader.action ?? {};
  const id = (processed ?? collected ?? confirmed)?.payment_intent;
  return typeof id === 'string' ? account.paymentIntents.get(id) : undefined;
}
