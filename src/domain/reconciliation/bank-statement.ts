import { invariant } from '../invariant.ts';

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
  /** Its first and its last day, `2026-03-31`, both within. */
  readonly fromDay: string;
  readonly toDay: string;
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

/** Refuses a statement that runs backwards, and one with a line of a day that is not in it. */
export function requireWithin({ fromDay, toDay, lines }: BankStatementFact): void {
  if (fromDay > toDay) throw new StatementRefusal(`It begins on ${fromDay}, after its end on ${toDay}.`);
  const stray = lines.find(({ bookedOn }) => bookedOn < fromDay || bookedOn > toDay);
  if (stray !== undefined)
    throw new StatementRefusal(`A line of ${stray.bookedOn} is not from ${fromDay} to ${toDay}.`);
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

/** Names in what a bank shows of a line; banks put several into one field. */
export function namesIn({ reference, description }: Pick<BankLine, 'reference' | 'description'>): readonly string[] {
  return [...new Set(`${reference} ${description}`.split(/[^A-Za-z0-9_-]+/).filter((name) => name !== ''))];
}

/** Attempts to pay that a line names, as payout files do: `PO-<payout number>-<attempt>`. */
export function attemptsIn(line: Pick<BankLine, 'reference' | 'description'>): readonly string[] {
  return namesIn(line).filter((name) => /^PO-\d+-\d+$/.test(name));
}

/**
 * Which line is which movement: by reference and amount first, then by an amount that only one of each side has, where
 * both are of about the same time, which `isNear` tells.
 */
export function matchBankLines(
  lines: readonly (BankLine & { readonly lineNo: number })[],
  entries: readonly BankEntry[],
  isNear: (line: BankLine, entry: BankEntry) => boolean,
): ReadonlyMap<number, BankEntry> {
  const matched = new Map<number, BankEntry>();
  const left = new Set(entries);
  const take = (lineNo: number, entry: BankEntry | undefined): void => {
    if (entry === undefined) return;
    matched.set(lineNo, entry);
    left.delete(entry);
  };
  const named = byName(entries);
  for (const line of lines) take(line.lineNo, byReference(line, named, left));
  const unmatched = lines.filter(({ lineNo }) => !matched.has(lineNo));
  const [theirs, ours] = [Map.groupBy(unmatched, amountOf), Map.groupBy(left, amountOf)];
  for (const [amount, same] of theirs) {
    const [line] = same;
    invariant(line !== undefined, 'A group has a member');
    // Two of the same amount are never guessed apart (decisions D78).
    const candidates = (ours.get(amount) ?? []).filter((entry) => isNear(line, entry) && !isOfAnother(line, entry));
    if (same.length === 1 && candidates.length === 1) take(line.lineNo, candidates[0]);
  }
  return matched;
}

/** A line that names an attempt of ours is that attempt's, and no other's of the same amount. */
function isOfAnother(line: BankLine, { references }: BankEntry): boolean {
  return references.length > 0 && attemptsIn(line).length > 0;
}

function byName(entries: readonly BankEntry[]): ReadonlyMap<string, readonly BankEntry[]> {
  const named = entries.flatMap((entry) => entry.references.map((name) => ({ name, entry })));
  const groups = [...Map.groupBy(named, ({ name }) => name)];
  return new Map(groups.map(([name, group]) => [name, group.map(({ entry }) => entry)]));
}

function byReference(
  line: BankLine,
  named: ReadonlyMap<string, readonly BankEntry[]>,
  left: ReadonlySet<BankEntry>,
): BankEntry | undefined {
  const candidates = namesIn(line).flatMap((name) => named.get(name) ?? []);
  return candidates.find((entry) => entry.amountMinor === line.amountMinor && left.has(entry));
}

function amountOf({ amountMinor }: { readonly amountMinor: number }): number {
  return amountMinor;
}
