import { describe, expect, it } from '@jest/globals';
import { nextStep, productionSaleTiming as timing } from '../../src/domain/counter/sale-timing.ts';

describe('nextStep', () => {
  it('looks 10, 20 and then every 30 s while a card is awaited', () => {
    const at = (sinceMs: number, looks: number) => nextStep({ state: 'awaiting_card', sinceMs, looks }, timing);
    expect(at(0, 0)).toEqual({ afterMs: 10_000, step: 'look' });
    expect(at(10_000, 1)).toEqual({ afterMs: 20_000, step: 'look' });
    expect(at(30_000, 2)).toEqual({ afterMs: 30_000, step: 'look' });
    expect(at(60_000, 3)).toEqual({ afterMs: 30_000, step: 'look' });
  });

  it('gives the card wait up after 120 s', () => {
    expect(nextStep({ state: 'awaiting_card', sinceMs: 90_000, looks: 4 }, timing)).toEqual({
      afterMs: 30_000,
      step: 'give_up',
    });
    expect(nextStep({ state: 'awaiting_card', sinceMs: 120_000, looks: 0 }, timing)).toEqual({
      afterMs: 1,
      step: 'give_up',
    });
  });

  it('tries to give up again along the ladder when the reader could not be stopped', () => {
    expect(nextStep({ state: 'awaiting_card', sinceMs: 121_000, looks: 5 }, timing)).toEqual({
      afterMs: 30_000,
      step: 'give_up',
    });
  });

  it('never gives up what is unknown, being taken or captured', () => {
    for (const state of ['unresolved', 'dispatching', 'capturing', 'captured'] as const) {
      expect(nextStep({ state, sinceMs: 10 ** 9, looks: 100 }, timing)).toEqual({ afterMs: 30_000, step: 'look' });
    }
  });

  it('waits for staff without looking: 47 h for a capture, 15 min for a retry, 15 s for a begin', () => {
    expect(nextStep({ state: 'authorized', sinceMs: 0, looks: 0 }, timing)).toEqual({
      afterMs: 169_200_000,
      step: 'give_up',
    });
    expect(nextStep({ state: 'declined', sinceMs: 0, looks: 0 }, timing)).toEqual({
      afterMs: 900_000,
      step: 'give_up',
    });
    expect(nextStep({ state: 'created', sinceMs: 0, looks: 0 }, timing)).toEqual({ afterMs: 15_000, step: 'give_up' });
  });
});
