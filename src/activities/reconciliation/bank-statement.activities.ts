import { matchBankLines, type BankEntry, type BankLine } from '../../domain/reconciliation/bank-statement.ts';
import { bankStatementId, type PayoutId } from '../../domain/ids.ts';
import type { Difference } from '../../domain/reconciliation/reconciliation.ts';
import { BankStatement } from '../../entities/reconciliation/bank-statement.entity.ts';
import {
  keepMatches,
  openEntries,
  openLines,
  payoutsShownIn,
  placeCode,
  statementDays,
  type BankPlace,
  type OpenEntry,
  type OpenLine,
  type ShownPayout,
  type ShownWord,
} from '../../entities/reconciliation/bank-statements.ts';
import { liveDifferences, recordDifferences } from '../../entities/reconciliation/differences.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { endOfDay, startOfDay } from '../../reports/local-day.ts';
import { activityEdge } from '../activity-edge.ts';
import { hearUntilItFits } from '../settlement/bank-result-telling.ts';
import { bankRefOf, openPayout, type PayoutDependencies } from '../settlement/payout-desk.ts';
import { raiseAttention } from '../settlement/payout-words.ts';

/** What bank statements stand on; the worker provides it once. */
export interface BankStatementDependencies extends PayoutDependencies {
  /** What is younger than this may still become visible on the other side. */
  readonly graceMs: number;
}

export interface StatementRequest {
  readonly statementId: string;
}

/** What one page of payouts did. */
export interface ConfirmedPage {
  readonly more: boolean;
  /** Payouts whose workflows should look. */
  readonly moved: readonly PayoutId[];
}

export type BankStatementActivities = ReturnType<typeof createBankStatementActivities>;

/** A bank's statement against the book. Each step may be done twice. */
export function createBankStatementActivities(deps: BankStatementDependencies) {
  return {
    /** Confirms payouts in files that the statement's account shows as paid, and returns those that came back; a page. */
    confirmShownPayouts: (request: StatementRequest): Promise<ConfirmedPage> =>
      activityEdge(() => tellShown(deps, request)),
    /** Matches lines, and writes the differences down. Answers how many a person should look at. */
    compareStatement: (request: StatementRequest): Promise<{ alarms: number }> =>
      activityEdge(() => compare(deps, request)),
  };
}

const pageSize = 50;

/** First what went out, then what came back: a statement may show both of one payout. */
async function tellShown(deps: BankStatementDependencies, request: StatementRequest): Promise<ConfirmedPage> {
  const place = await placeOf(deps, request);
  const lines = await openLines(deps.pool, place);
  const moved: PayoutId[] = [];
  for (const word of ['confirm', 'return'] as const) {
    const shown = await payoutsShownIn(deps.pool, place, { lines, word });
    for (const one of shown.slice(0, pageSize)) if (await tell(deps, place, { ...one, word })) moved.push(one.payoutId);
    // A page that moved nothing would only be the same one again.
    if (shown.length > pageSize && moved.length > 0) return { more: true, moved };
  }
  return { more: false, moved };
}

const reasons = {
  confirm: 'paid by the bank’s statement',
  return: 'sent back by the bank’s statement',
} as const satisfies Record<ShownWord, string>;

/** Tells a payout what the bank shows, the way that banks' own files do; what cannot be so wants a person. */
async function tell(
  deps: PayoutDependencies,
  place: BankPlace,
  { payoutId, attemptNo, word }: ShownPayout & { readonly word: ShownWord },
): Promise<boolean> {
  const { payout } = await openPayout(deps, payoutId);
  // Another account of ours has not paid it: it would be booked where the money did not move.
  if (bankRefOf(deps, payout) !== place.bankRef) return false;
  const answer = await hearUntilItFits(deps, { payoutId, kind: word, attemptNo, reason: reasons[word] });
  if (answer.refused === null) return true;
  const says = word === 'confirm' ? 'paid' : 'sent back';
  await raiseAttention(deps, { payoutId, reason: `the statement shows it ${says}, it is ${answer.state}` });
  return false;
}

async function compare(deps: BankStatementDependencies, request: StatementRequest): Promise<{ alarms: number }> {
  const { pool } = deps;
  const place = await placeOf(deps, request);
  const live = await liveDifferences(pool, placeCode(place));
  const ranges = (await statementDays(pool, place)).map(({ fromDay, toDay }) => rangeOf(deps, fromDay, toDay));
  const first = ranges.reduce((least, { from }) => (from < least ? from : least), ranges[0]?.from ?? '');
  const [lines, entries] = await Promise.all([openLines(pool, place), openEntries(pool, place, before(first))]);
  const matches = matchAll(lines, entries);
  await keepMatches(pool, place, matches);
  const at = deps.now().toISOString();
  const sides = sidesWithout(matches, { lines, entries });
  const found = [
    ...sides.lines.map((line) => missingHere(line, place, isYoungLine(deps, line))),
    ...missingThere(sides.entries, place, { ranges, youngFrom: youngFrom(deps, ranges) }),
  ];
  const { alarms } = await recordDifferences(pool, placeCode(place), { found, live, at });
  return { alarms };
}

interface Match {
  readonly line: OpenLine;
  readonly entry: OpenEntry;
}

interface Range {
  readonly from: string;
  readonly until: string;
}

/** Banks show a movement within so many days before or after the book, weekends and holidays counted. */
const nearMs = 10 * 24 * 3_600_000;

function isNear({ bookedOn }: BankLine, { recordedAt }: BankEntry): boolean {
  return Math.abs(Date.parse(`${bookedOn}T12:00:00Z`) - Date.parse(recordedAt)) <= nearMs;
}

/** Statement by statement: what an older one showed is not mixed up with what a newer one shows. */
function matchAll(lines: readonly OpenLine[], entries: readonly OpenEntry[]): readonly Match[] {
  const left = new Map(entries.map((entry) => [entry.transactionId, entry]));
  const matches: Match[] = [];
  for (const [, ofOne] of Map.groupBy(lines, ({ statementId }) => statementId)) {
    const byNo = new Map(ofOne.map((line) => [line.lineNo, line]));
    for (const [lineNo, { transactionId }] of matchBankLines(ofOne, [...left.values()], isNear)) {
      const [line, entry] = [byNo.get(lineNo), left.get(transactionId)];
      if (line === undefined || entry === undefined) continue;
      matches.push({ line, entry });
      left.delete(transactionId);
    }
  }
  return matches;
}

function sidesWithout(matches: readonly Match[], sides: { lines: readonly OpenLine[]; entries: readonly OpenEntry[] }) {
  const [lines, entries] = [new Set(matches.map(({ line }) => line)), new Set(matches.map(({ entry }) => entry))];
  return {
    lines: sides.lines.filter((line) => !lines.has(line)),
    entries: sides.entries.filter((entry) => !entries.has(entry)),
  };
}

function missingHere(line: OpenLine, { currency }: BankPlace, isYoung: boolean): Difference {
  const name = `${line.statementId}/${line.lineNo}`;
  return {
    kind: isYoung ? 'timing' : 'missing_here',
    subject: `line:${name}`,
    currency,
    theirsMinor: line.amountMinor,
    oursMinor: null,
    theirsRef: name,
    transactionId: null,
    detail: `on the statement of ${line.bookedOn}, not in the book: ${line.reference} ${line.description}`.trim(),
  };
}

function missingThere(
  entries: readonly OpenEntry[],
  { currency }: BankPlace,
  { ranges, youngFrom }: { readonly ranges: readonly Range[]; readonly youngFrom: string },
): readonly Difference[] {
  const isCovered = ({ recordedAt }: OpenEntry): boolean =>
    ranges.some(({ from, until }) => recordedAt >= from && recordedAt < until);
  return entries
    .filter((entry) => !entry.isOwn && isCovered(entry))
    .map((entry) => ({
      kind: entry.recordedAt > youngFrom ? 'timing' : 'missing_there',
      subject: `entry:${entry.transactionId}`,
      currency,
      theirsMinor: null,
      oursMinor: entry.amountMinor,
      theirsRef: null,
      transactionId: entry.transactionId,
      detail: `booked as ${entry.kind}, and on no statement`,
    }));
}

/** What was booked at the end of the newest statement may be on the next one. */
function youngFrom({ now, graceMs }: BankStatementDependencies, ranges: readonly Range[]): string {
  const last = ranges.reduce((most, { until }) => (until > most ? until : most), '');
  return new Date(Math.min(Date.parse(last), now().getTime()) - graceMs).toISOString();
}

function isYoungLine({ now, graceMs, calendar }: BankStatementDependencies, { bookedOn }: OpenLine): boolean {
  return Date.parse(startOfDay(bookedOn, calendar.zone)) > now().getTime() - graceMs;
}

function rangeOf({ calendar }: BankStatementDependencies, fromDay: string, toDay: string): Range {
  return { from: startOfDay(fromDay, calendar.zone), until: endOfDay(toDay, calendar.zone) };
}

/** A payout is booked before the bank pays it. */
function before(at: string): string {
  return new Date(Date.parse(at) - 30 * 24 * 3_600_000).toISOString();
}

function placeOf({ orm }: PayoutDependencies, { statementId }: StatementRequest): Promise<BankPlace> {
  return unitOfWork(orm).findOneOrFail(BankStatement, { id: bankStatementId(statementId) });
}
