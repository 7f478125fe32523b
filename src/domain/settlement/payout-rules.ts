/** A deployment's patience with banks, in business days (decisions D29). */
export interface PayoutRules {
  /** An accepted direct entry file that nothing came back of for so long is taken for paid. */
  readonly confirmBusinessDays: number;
  /** A file without any word of the bank for so long wants a person. */
  readonly remindBusinessDays: number;
  /** How often a payout that waits looks at its row, for what was written without telling it. */
  readonly lookMs: number;
}

export const payoutRules: PayoutRules = {
  confirmBusinessDays: 3,
  remindBusinessDays: 5,
  lookMs: 6 * 3_600_000,
};

/** What a payout waits for next. */
export interface PayoutPatience {
  /** What its time has come for. */
  readonly due: 'confirm' | 'remind' | 'send' | null;
  /** When to look again; null: only a person's or a bank's word can move it. */
  readonly lookInMs: number | null;
}
