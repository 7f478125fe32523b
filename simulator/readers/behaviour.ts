import { standardCard, testCard } from '../test-cards.ts';
import { attemptPayment } from '../resources/payments.ts';
import { cardOfMode, manual, useMode, type Device, type ReaderMode, type Tap } from './device.ts';
import { awaitsCard, present } from './presenting.ts';
import { failure, finishAction, intentOn, type Slot } from './slot.ts';

/** What the person and the machine at the reader do by themselves once a payment is on it. */
export function behave(slot: Slot): void {
  const { device } = slot;
  const { mode } = device;
  const queued = device.queuedTaps.shift();
  if (queued !== undefined) {
    tapLater(slot, queued);
    return;
  }
  switch (mode.name) {
    case 'auto_tap':
      useMode(device);
      tapLater(slot, tapOf(mode));
      return;
    case 'immediate':
      useMode(device);
      present(slot, tapOf(mode));
      return;
    case 'timeout_received':
      if (mode.card !== undefined) tapLater(slot, tapOf(mode));
      return;
    case 'customer_cancels':
      useMode(device);
      later(slot, mode.afterMs, pressCancel);
      return;
    case 'dies':
      later(slot, mode.afterMs, () => {
        die(slot, mode);
      });
      return;
    default:
      return;
  }
}

function tapOf(mode: ReaderMode): Tap {
  const card = testCard(cardOfMode(mode));
  if (card === undefined) throw new Error(`mode ${mode.name} names no test card`);
  return { card, afterMs: mode.afterMs, tipMinor: mode.tipMinor, readMethod: 'contactless_emv' };
}

/** Happens only if this action is still on the reader by then. */
function later(slot: Slot, ms: number, happen: (slot: Slot) => void): void {
  const { world, device } = slot;
  const { attempt } = device;
  device.plans.push(
    world.clock.after(ms, () => {
      if (device.attempt === attempt) happen(slot);
    }),
  );
}

/** Shows the card after the tap's own delay, to this action only. */
export function tapLater(slot: Slot, tap: Tap): void {
  later(slot, tap.afterMs, () => {
    present(slot, tap);
  });
}

/** The customer presses the reader's cancel button; false when there is nothing to cancel. */
export function pressCancel(slot: Slot): boolean {
  if (!awaitsCard(slot) || slot.device.dead) return false;
  finishAction(slot, failure('customer_canceled', 'The customer canceled the operation.'));
  return true;
}

/** The reader drops out: its action sticks, and the money may be held all the same (terminal.md 4.6-7). */
function die(slot: Slot, mode: ReaderMode): void {
  const { world, account, reader, device } = slot;
  const intent = intentOn(slot);
  const card = testCard(mode.card ?? standardCard);
  if (mode.authorized && card !== undefined && intent?.status === 'requires_payment_method') {
    const read = { card, readMethod: 'contactless_emv' as const, readerId: reader.id, location: reader.location };
    const shownMinor = device.shownMinor ?? intent.amount;
    attemptPayment(world, account, { intent, read, tipMinor: mode.tipMinor, shownMinor });
  }
  device.dead = true;
  goSilent(slot, mode);
}

/** The status lags: it says online until two minutes have passed (terminal.md 4.6-11). */
function goSilent(slot: Slot, mode: ReaderMode): void {
  const { world, reader, device } = slot;
  world.clock.after(world.settings.offlineAfterMs, () => {
    if (device.dead && device.mode === mode) reader.status = 'offline';
  });
  if (mode.forMs !== undefined) comeBack(slot, mode);
}

/** Replaces the reader's behaviour; one that is limited gives way to the one before. */
export function setMode(slot: Slot, mode: ReaderMode): void {
  const { reader, device } = slot;
  device.fallback = fallbackFor(mode, device);
  device.mode = mode;
  device.dead = false;
  reader.status = mode.name === 'offline' || mode.name === 'reboot' ? 'offline' : 'online';
  if (mode.forMs !== undefined && mode.name !== 'dies') comeBack(slot, mode);
  if (mode.name !== 'immediate' && awaitsCard(slot)) behave(slot);
}

/** What comes back after a limited mode: the last one that was not limited. */
function fallbackFor(mode: ReaderMode, device: Device): ReaderMode {
  if (!isLimited(mode)) return manual;
  return isLimited(device.mode) ? device.fallback : device.mode;
}

function isLimited(mode: ReaderMode): boolean {
  return mode.forMs !== undefined || mode.timesLeft !== Infinity;
}

/** After its time the reader is as it was before; a reboot lost the action it was at. */
function comeBack(slot: Slot, mode: ReaderMode): void {
  const { world, reader, device } = slot;
  world.clock.after(mode.forMs ?? 0, () => {
    if (device.mode !== mode) return;
    device.mode = device.fallback;
    device.dead = false;
    reader.status = 'online';
    reader.last_seen_at = world.clock.nowMs();
    if (mode.name === 'reboot' && awaitsCard(slot)) {
      finishAction(slot, failure('connection_error', 'The reader lost its connection.'));
    }
  });
}
