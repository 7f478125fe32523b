/**
 * What a decline means for automatic top-ups (decisions D11). `permanent`: the card will not do, so they are disabled;
 * `transient`: it may do later, so they wait; `authentication`: the owner must be there.
 */
export type DeclineKind = 'permanent' | 'transient' | 'authentication';

const permanent: ReadonlySet<string> = new Set([
  'expired_card',
  'lost_card',
  'stolen_card',
  'pickup_card',
  'invalid_account',
  'generic_decline',
  'card_declined',
]);

/** A bank that says `do_not_honor` three times in a row means it. */
const refusalsToDisable = 3;

/** Judges a decline by the issuer's code, or the processor's where there is none; `refusals`: how many went before. */
export function declineKind(code: string, refusals: number): DeclineKind {
  if (code === 'authentication_required') return 'authentication';
  if (code === 'do_not_honor') return refusals + 1 >= refusalsToDisable ? 'permanent' : 'transient';
  return permanent.has(code) ? 'permanent' : 'transient';
}

/** For so long a card is left alone after it was declined for now. */
export const backOffMs = 3_600_000;
