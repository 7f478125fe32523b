import { standardCard, type ReadMethod, type TestCard } from '../test-cards.ts';

/** How a reader behaves (terminal.md 5.4). The control plane's words. */
export const modeNames = [
  'manual',
  'auto_tap',
  'customer_cancels',
  'never_answers',
  'dies',
  'offline',
  'busy',
  'timeout_received',
  'timeout_lost',
  'hardware_fault',
  'immediate',
  'reboot',
] as const;
export type ModeName = (typeof modeNames)[number];

/** One behaviour. Limited by a number of uses or a time, it gives way to the one before. */
export interface ReaderMode {
  name: ModeName;
  /** The card shown by itself; undefined unless the mode or its caller names one. */
  card: string | undefined;
  afterMs: number;
  forMs: number | undefined;
  /** `dies`: whether the authorization still got through. */
  authorized: boolean;
  tipMinor: number | undefined;
  timesLeft: number;
}

export const manual: ReaderMode = {
  name: 'manual',
  card: undefined,
  afterMs: 0,
  forMs: undefined,
  authorized: false,
  tipMinor: undefined,
  timesLeft: Infinity,
};

/** A card shown to the reader: now, or that long after the next payment is on it. */
export interface Tap {
  card: TestCard;
  afterMs: number;
  tipMinor: number | undefined;
  readMethod: ReadMethod;
}

/** The machine behind a reader object: what the API does not show. */
export interface Device {
  mode: ReaderMode;
  fallback: ReaderMode;
  phase: 'ready' | 'authorizing';
  /** Fell silent in the middle of a payment. */
  dead: boolean;
  inserted: boolean;
  /** Counts actions: what was planned for an earlier one no longer applies. */
  attempt: number;
  plans: { cancel(): void }[];
  queuedTaps: Tap[];
  /** The figure on the display: an intent changed meanwhile is authorized by the old one (terminal.md 5.3). */
  shownMinor: number | undefined;
}

/** Counts one use of the mode; the last one brings back the mode before. */
export function useMode(device: Device): void {
  if (device.mode.timesLeft === Infinity) return;
  device.mode = { ...device.mode, timesLeft: device.mode.timesLeft - 1 };
  if (device.mode.timesLeft <= 0) device.mode = device.fallback;
}

/** Nothing that was planned for the action happens any more. */
export function dropPlans(device: Device): void {
  for (const plan of device.plans) plan.cancel();
  device.plans = [];
  device.attempt += 1;
  device.phase = 'ready';
}

export function cardOfMode(mode: ReaderMode): string {
  return mode.card ?? standardCard;
}
