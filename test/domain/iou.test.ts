import { describe, expect, it } from '@jest/globals';
import { callbackAttempts, callbackPauseMs } from '../../src/domain/events/callback-schedule.ts';
import { iouDescription, iouTransitions, isIouOverdue, type IouState } from '../../src/domain/members/iou.ts';
import { isInsideRouteCode } from '../../src/domain/route-code.ts';
import { reachableFrom } from '../../src/domain/transition.ts';

describe('an IOU', () => {
  it('can reach every state from open, and leaves none of its ends', () => {
    expect([...reachableFrom(iouTransitions, 'open')].sort()).toEqual([
      'cancelled',
      'open',
      'paid',
      'paying',
      'written_off',
    ]);
    for (const end of ['paid', 'cancelled', 'written_off'] as const) expect(iouTransitions[end]).toEqual({});
  });

  it('can only be paid, or be opened again, while it is being paid', () => {
    expect(iouTransitions.paying).toEqual({ pay: 'paid', fail_payment: 'open' });
  });

  it('is overdue after its due time as long as it is owed', () => {
    const overdue = (state: IouState, dueAt: number | null) => isIouOverdue(state, dueAt, 1_000);
    expect([overdue('open', 999), overdue('paying', 999)]).toEqual([true, true]);
    expect([overdue('open', 1_000), overdue('open', null)]).toEqual([false, false]);
    expect((['paid', 'cancelled', 'written_off'] as const).map((state) => overdue(state, 1))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('without a description is named by its number [W-36]', () => {
    expect([iouDescription(7, null), iouDescription(7, 'Table money')]).toEqual(['IOU 7', 'Table money']);
  });
});

describe('a callback', () => {
  it('is tried ten times within three days', () => {
    const pauses = Array.from({ length: callbackAttempts - 1 }, (_, index) => callbackPauseMs(index + 1) ?? 0);
    expect([callbackAttempts, callbackPauseMs(callbackAttempts)]).toEqual([10, null]);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(257_705_000);
  });

  it('is handled inside for transfers and IOUs only', () => {
    expect(['M2M', 'UPP', 'EVT', 'CAU'].map(isInsideRouteCode)).toEqual([true, true, false, false]);
  });
});
