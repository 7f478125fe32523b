import { z } from 'zod';
import type { ControlRoute } from '../ports.ts';
import { pressCancel, setMode, tapLater } from '../readers/behaviour.ts';
import { modeNames, type ReaderMode, type Tap } from '../readers/device.ts';
import { awaitsCard, present } from '../readers/presenting.ts';
import { slotOf, type Slot } from '../readers/slot.ts';
import { standardCard, testCard, type ReadMethod, type TestCard } from '../test-cards.ts';
import type { World } from '../world.ts';
import { ControlError } from './dispatch.ts';

const card = z.string().refine((number) => testCard(number) !== undefined, 'not a test card');
export const modeInput = z.strictObject({
  mode: z.enum(modeNames),
  card: card.optional(),
  after_ms: z.number().min(0).default(0),
  for_ms: z.number().min(0).optional(),
  authorized: z.boolean().default(false),
  tip_minor: z.number().int().min(0).optional(),
  times: z.number().int().min(1).optional(),
});
const tapInput = z.strictObject({
  card: card.default(standardCard),
  after_ms: z.number().min(0).optional(),
  tip_minor: z.number().int().min(0).optional(),
});

const DEFAULT_REBOOT_MS = 60_000;

/** What a person does at a reader, and how the reader behaves (terminal.md 5.4, 5.9). */
export function readerControlRoutes(world: World): ControlRoute[] {
  const at = (params: Record<string, string>): Slot => {
    const id = params['id'] ?? '';
    const account = world.store.ownerOfReader(id);
    const reader = account?.readers.get(id);
    if (account === undefined || reader === undefined) throw new ControlError(404, `No reader ${id}`);
    return slotOf(world, account, reader);
  };
  const route = (verb: string, act: (slot: Slot, body: unknown) => object): ControlRoute => ({
    method: 'POST',
    path: `/_control/readers/:id/${verb}`,
    handle: ({ params, body }) => {
      const slot = at(params);
      return { ...act(slot, body ?? {}), reader: slot.reader };
    },
  });
  return [
    { method: 'GET', path: '/_control/readers/:id', handle: ({ params }) => describe(at(params)) },
    route('mode', (slot, body) => {
      setMode(slot, modeOf(modeInput.parse(body)));
      return {};
    }),
    route('tap', (slot, body) => ({ applied: tap(slot, 'contactless_emv', body) })),
    route('insert', (slot, body) => {
      const applied = tap(slot, 'contact_emv', { after_ms: 0, ...(body as object) });
      if (applied === 'queued') slot.device.queuedTaps.pop();
      slot.device.inserted = true;
      return { applied: applied === 'queued' ? 'left_in' : applied };
    }),
    route('remove', (slot) => {
      slot.device.inserted = false;
      return {};
    }),
    route('cancel', (slot) => {
      if (!pressCancel(slot))
        throw new ControlError(409, 'The reader waits for no card, so there is nothing to cancel.');
      return {};
    }),
  ];
}

export function modeOf(input: z.infer<typeof modeInput>): ReaderMode {
  return {
    name: input.mode,
    card: input.card,
    afterMs: input.after_ms,
    forMs: input.for_ms ?? (input.mode === 'reboot' ? DEFAULT_REBOOT_MS : undefined),
    authorized: input.authorized,
    tipMinor: input.tip_minor,
    timesLeft: input.times ?? Infinity,
  };
}

/** Now if a card is awaited; with a delay, of this payment or of the next one that comes. */
function tap(slot: Slot, readMethod: ReadMethod, body: unknown): 'now' | 'scheduled' | 'queued' {
  const input = tapInput.parse(body);
  const wish: Tap = {
    card: testCard(input.card) as TestCard,
    afterMs: input.after_ms ?? 0,
    tipMinor: input.tip_minor,
    readMethod,
  };
  if (!awaitsCard(slot)) {
    if (input.after_ms === undefined) throw new ControlError(409, 'The reader waits for no card.');
    slot.device.queuedTaps.push(wish);
    return 'queued';
  }
  if (wish.afterMs > 0) {
    tapLater(slot, wish);
    return 'scheduled';
  }
  present(slot, wish);
  return 'now';
}

function describe({ reader, device }: Slot): object {
  const { mode, phase, dead, inserted, attempt, queuedTaps } = device;
  return {
    reader,
    mode: { ...mode, timesLeft: mode.timesLeft === Infinity ? null : mode.timesLeft },
    phase,
    dead,
    inserted,
    attempt,
    queued_taps: queuedTaps.length,
  };
}
