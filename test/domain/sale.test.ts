import { describe, expect, it } from '@jest/globals';
import {
  admitsCommand,
  isFinalSaleState,
  isOpenSaleState,
  saleTransitions,
  type SaleState,
} from '../../src/domain/counter/sale.ts';
import { admits, nextState, reachableFrom } from '../../src/domain/transition.ts';

const states = Object.keys(saleTransitions) as SaleState[];
const changes = [
  'dispatch',
  'acknowledge',
  'decline',
  'authorize',
  'take',
  'capture',
  'post',
  'cancel',
  'expire',
  'lapse',
  'lose',
] as const;

describe('sale lifecycle', () => {
  it('can reach every state from created', () => {
    expect(reachableFrom(saleTransitions, 'created')).toEqual(new Set(states));
  });

  it('never leaves a final state', () => {
    for (const state of states.filter(isFinalSaleState)) {
      expect(reachableFrom(saleTransitions, state)).toEqual(new Set([state]));
    }
  });

  it('lets captured money only be posted, never canceled, declined or lost', () => {
    expect(reachableFrom(saleTransitions, 'captured')).toEqual(new Set(['captured', 'posted']));
  });

  it('keeps an order to itself in every state but the final ones', () => {
    for (const state of states) expect(isOpenSaleState(state)).toBe(!isFinalSaleState(state));
  });

  it('lets an unknown outcome become anything the processor may have done', () => {
    expect(reachableFrom(saleTransitions, 'unresolved')).toEqual(
      new Set([
        'unresolved',
        'awaiting_card',
        'declined',
        'dispatching',
        'authorized',
        'capturing',
        'captured',
        'posted',
        'canceled',
        'expired',
      ]),
    );
  });

  it('throws for a change that the table does not know in that state', () => {
    expect(() => nextState(saleTransitions, 'posted', 'cancel')).toThrow('No transition from posted by cancel');
  });

  it('accepts money from every state in which a reader may have been told', () => {
    const told: SaleState[] = ['dispatching', 'awaiting_card', 'declined', 'authorized', 'capturing', 'unresolved'];
    for (const state of told) expect(admits(saleTransitions, state, 'capture')).toBe(true);
    expect(admits(saleTransitions, 'created', 'capture')).toBe(false);
  });

  it('leads only to states of the table', () => {
    for (const state of states) {
      for (const change of changes) {
        const next = saleTransitions[state][change];
        if (next !== undefined) expect(states).toContain(next);
      }
    }
  });
});

describe('staff commands', () => {
  it('admits a capture wherever reading the processor could make it legal', () => {
    const admitted = states.filter((state) => admitsCommand('capture', state));
    expect(admitted).toEqual([
      'dispatching',
      'awaiting_card',
      'declined',
      'authorized',
      'capturing',
      'captured',
      'posted',
      'unresolved',
    ]);
  });

  it('admits a retry only after a definite decline', () => {
    expect(states.filter((state) => admitsCommand('retry', state))).toEqual(['declined']);
  });

  it('admits a cancel until the sale ended without being canceled', () => {
    expect(states.filter((state) => !admitsCommand('cancel', state))).toEqual(['expired', 'never_begun']);
  });
});
