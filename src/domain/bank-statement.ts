import { invariant } from './invariant.ts';

/** Formats in which banks' statements are taken. */
export type BankStatementFormat = 'csv' | 'camt.053';

/** A line of a statement; amounts are minor units, plus is money to us. */
export interface BankLine {
  /** `2026-03-31`. */
  readonly bookedOn: string;
  readonly amountMinor: number;
  /** What the payer or we gave it: the end-to-end reference of a payout file, a processor's own. */
  readonly reference: string;
  readonly description: string;
}

/** A whole statement of one account. */
export interface BankStatementFact {
  readonly format: BankStatementFormat;
  readonly currency: string;
  readonly openingMinor: number;
  readonly closingMinor: number;
  readonly lines: readonly BankLine[];
}

/** Why a statement cannot be taken; nothing of it is kept. */
export class StatementRefusal extends Error {
  override readonly name = 'StatementRefusal';
}

/** Refuses a statement whose lines do not lead from its opening to its closing balance. */
export function requireBalanced({ openingMinor, closingMinor, lines }: BankStatementFact): void {
  const reached = lines.reduce((sum, { amountMinor }) => sum + amountMinor, openingMinor);
  if (reached === closingMinor) return;
  throw new StatementRefusal(
    `The lines lead from ${openingMinor} to ${reached}, and the statement closes with ${closingMinor} (minor units).`,
  );
}

/** A movement of the book at the bank that no statement has shown yet. */
export interface BankEntry {
  readonly transactionId: string;
  readonly amountMinor: number;
  /** Names under which the bank may show it, such as the reference of its payout file or the processor's payout. */
  readonly references: readonly string[];
  /** ISO 8601 UTC. */
  readonly recordedAt: string;
}

/** Which line is which movement: by reference and amount first, then by an amount that only one of each side has. */
export function matchBankLines(
  lines: readonly (BankLine & { readonly lineNo: number })[],
  entries: readonly BankEntry[],
): ReadonlyMap<number, BankEntry> {
  const matched = new Map<number, BankEntry>();
  const left = new Set(entries);
  const take = (lineNo: number, entry: BankEntry | undefined): void => {
    if (entry === undefined) return;
    matched.set(lineNo, entry);
    left.delete(entry);
  };
  for (const line of lines) take(line.lineNo, byReference(line, left));
  const unmatched = lines.filter(({ lineNo }) => !matched.has(lineNo));
  const [theirs, ours] = [Map.groupBy(unmatched, amountOf), Map.groupBy(left, amountOf)];
  for (const [amount, same] of theirs) {
    const [line] = same;
    invariant(line !== undefined, 'A group has a member');
    // Two of the same amount are never guessed apart (decisions D78).
    const candidates = ours.get(amount) ?? [];
    if (same.length === 1 && candidates.length === 1) take(line.lineNo, candidates[0]);
  }
  return matched;
}

function byReference(line: BankLine, entries: ReadonlySet<BankEntry>): BankEntry | undefined {
  const text = `${line.reference} ${line.description}`;
  for (const entry of entries) {
    if (entry.amountMinor !== line.amountMinor) continue;
    if (entry.references.some((reference) => text.includes(reference))) return entry;
  }
  return undefined;
}

function amountOf({ amountMinor }: { readonly amountMinor: number }): number {
  return amountMinor;
}

/** Payouts: what tells that the bank paid one. The payouts' own module does what follows from it. */
export interface PayoutConfirmationPort {
  /** The bank's statement shows the payout: it is confirmed and booked, once. */
  confirmPayout(payoutId: string): Promise<void>;
}
