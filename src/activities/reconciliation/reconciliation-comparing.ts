import { compareBooks, withStatuses } from '../../domain/reconciliation/compare-books.ts';
import {
  claimKey,
  partsOf,
  type BookClaim,
  type Comparison,
  type Difference,
  type ProviderLine,
} from '../../domain/reconciliation/reconciliation.ts';
import {
  liveDifferences,
  recordDifferences,
  type LiveDifference,
  type Recorded,
} from '../../entities/reconciliation/differences.ts';
import { closeDay } from '../../entities/reconciliation/reconciliation-runs.ts';
import { readClaims, readClaimsBy, readPlaceAccounts, type PlaceAccounts } from '../../ledger/claims.read.ts';
import type { ReconciliationDesk } from './reconciliation-desk.ts';
import type { DayPosted } from './reconciliation-posting.ts';

/** What a day's earlier steps brought. */
export interface DaySoFar extends DayPosted {
  readonly lines: number;
}

/**
 * Compares what was read of a day, and whatever is open from before, with the book: set by set, no query per row. The
 * differences and the end of the day are written together. Answers how many a person should look at. Doing it twice
 * changes nothing.
 */
export async function compareDay(desk: ReconciliationDesk, soFar: DaySoFar): Promise<{ alarms: number }> {
  const { deps, books, day, account } = desk;
  const now = deps.now();
  const at = now.toISOString();
  const live = await liveDifferences(deps.pool, account.id);
  const sides = await sidesOf(desk, live);
  const grace = { youngFrom: new Date(now.getTime() - deps.graceMs).toISOString() };
  const compared = compareBooks(sides.lines.flatMap(partsOf), sides.claims, grace);
  const objects = await books.statuses(
    day,
    live.flatMap(({ subject }) => (subject.startsWith(statusPrefix) ? [subject.slice(statusPrefix.length)] : [])),
  );
  const found = withStatuses(compared.differences, objects, grace);
  await books.settle(grossMatches(compared, sides.lines), settledOf(sides.lines, found));
  const counted = { ...soFar, claims: sides.claims.length, matched: compared.matches.length };
  const and = (recorded: Recorded) => closeDay(day, { figures: { ...counted, ...recorded }, at });
  const { alarms } = await recordDifferences(deps.pool, account.id, { found, live, at, and });
  return { alarms };
}

const statusPrefix = 'status:';

interface Sides {
  readonly lines: readonly ProviderLine[];
  readonly claims: readonly BookClaim[];
}

/**
 * Both sides whole: for every line all that the book says of it, and for every claim its line, whenever the other was
 * made or recorded. It takes two rounds where a claim brings an older line.
 */
async function sidesOf(desk: ReconciliationDesk, live: readonly LiveDifference[]): Promise<Sides> {
  const { deps, books, day, account } = desk;
  const place = await readPlaceAccounts(deps.pool, `processor/${account.provider}/${account.externalRef}/`);
  const lines = new Map((await books.linesToCompare(day)).map((line) => [line.lineRef, line]));
  const claims = new Map<string, BookClaim>();
  const add = (found: readonly BookClaim[]): void => {
    for (const claim of found) claims.set(`${claim.transactionId}/${claim.currency}`, claim);
  };
  add(await readClaims(deps.pool, place, day));
  const named = live.flatMap(({ transactionId }) => transactionId ?? []);
  add(await readClaimsBy(deps.pool, place, { column: 'id', values: named }));
  let fresh: readonly ProviderLine[] = [...lines.values()];
  do {
    add(await claimsOfLines(desk, place, fresh));
    fresh = (await books.linesOfKeys(keysWithoutLine(lines, claims))).filter(({ lineRef }) => !lines.has(lineRef));
    for (const line of fresh) lines.set(line.lineRef, line);
  } while (fresh.length > 0);
  return { lines: [...lines.values()], claims: [...claims.values()] };
}

function claimsOfLines(
  { deps }: ReconciliationDesk,
  place: PlaceAccounts,
  lines: readonly ProviderLine[],
): Promise<readonly BookClaim[]> {
  const refs = lines.flatMap((line) => partsOf(line).map(({ key }) => key.slice(key.indexOf(':') + 1)));
  return readClaimsBy(deps.pool, place, { column: 'provider_ref', values: [...new Set(refs)] });
}

function keysWithoutLine(
  lines: ReadonlyMap<string, ProviderLine>,
  claims: ReadonlyMap<string, BookClaim>,
): readonly string[] {
  const known = new Set([...lines.values()].flatMap((line) => partsOf(line).map(({ key }) => key)));
  const keys = [...claims.values()].flatMap((claim) => claimKey(claim) ?? []);
  return [...new Set(keys)].filter((key) => !known.has(key) && !key.startsWith('op:'));
}

/** A line's own transaction is that of its money; of its fee only where it has nothing else. */
function grossMatches(compared: Comparison, lines: readonly ProviderLine[]) {
  const withMoney = new Set(lines.filter((line) => partsOf(line).length > 1).map(({ lineRef }) => lineRef));
  return compared.matches.filter(({ lineRef, isFee }) => !isFee || !withMoney.has(lineRef));
}

function settledOf(lines: readonly ProviderLine[], found: readonly Difference[]) {
  const open = new Set(found.flatMap(({ theirsRef }) => theirsRef ?? []));
  return lines.map(({ lineRef }) => ({ lineRef, isSettled: !open.has(lineRef) }));
}
