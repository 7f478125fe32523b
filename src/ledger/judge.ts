import { assertNever } from '../domain/invariant.ts';
import type { BookState, Verdict } from './book-state.ts';
import { judgePlacing, judgeRelease } from './judge-hold.ts';
import { judgePosting } from './judge-posting.ts';
import type { RefusalCode } from './poster-contract.ts';
import type { PreparedItem } from './prepared-item.ts';
import { ride } from './rider-rows.ts';

/**
 * Decides one item by the locked rows, without touching anything: done before, refused, or what to write. Riders are
 * part of the decision, since a row of theirs that moved on refuses the item (decisions D41).
 */
export function judge(item: PreparedItem, state: BookState): Verdict {
  const verdict = judgeBook(item, state);
  if (verdict.result.kind === 'refused') return refuse(item, state, verdict.result);
  if (verdict.change === undefined) return verdict;
  const { advance, conflict } = ride(state, verdict.riders);
  if (conflict !== null) return refuse(item, state, { code: 'conflict', detail: conflict });
  return { ...verdict, advance };
}

/** `item` refused for `reason`, with the riders for refusals if they fit. */
export function refuse(item: PreparedItem, state: BookState, reason: Reason): Verdict {
  const riders = item.riders.onRefusal ?? [];
  const { advance } = ride(state, riders);
  const { code, detail } = reason;
  const result = { kind: 'refused', code, detail, ridersApplied: advance !== null } as const;
  return advance === null ? { result, change: undefined, riders: [] } : { result, change: undefined, riders, advance };
}

export interface Reason {
  readonly code: RefusalCode;
  readonly detail: string;
}

function judgeBook(item: PreparedItem, state: BookState): Verdict {
  switch (item.kind) {
    case 'post':
      return judgePosting(item, state);
    case 'place':
      return judgePlacing(item, state);
    case 'release':
      return judgeRelease(item, state);
    default:
      return assertNever(item);
  }
}
