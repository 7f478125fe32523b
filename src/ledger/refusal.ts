import type { Verdict } from './book-state.ts';
import type { RefusalCode } from './poster-contract.ts';

/** A refusal before its riders are considered. */
export function refused(code: RefusalCode, detail: string): Verdict {
  return { result: { kind: 'refused', code, detail, ridersApplied: true }, change: undefined, riders: [] };
}
