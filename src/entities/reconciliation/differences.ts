import { createHash } from 'node:crypto';
import type { Difference } from '../../domain/reconciliation/reconciliation.ts';
import { newId } from '../new-id.ts';
import { optionalText, sqlTime, textOf, type SqlPool, type SqlRow, type Statement } from '../sql-pool.ts';

/** A difference that is open, or accepted by a person, as far as the next look needs it. */
export interface LiveDifference {
  readonly id: string;
  readonly subject: string;
  readonly state: string;
  readonly transactionId: string | null;
  /** Of all that a person saw when it was decided. */
  readonly face: string;
}

/** What a look changed. */
export interface Recorded {
  readonly opened: number;
  readonly closed: number;
  /** How many somebody should look at: all that are open now but `timing`, whether this look has opened them or not. */
  readonly alarms: number;
}

/** What a look at a place has found, and what had been found before. */
export interface Look {
  readonly found: readonly Difference[];
  readonly live: readonly LiveDifference[];
  readonly at: string;
  /** Written with it or not at all. */
  readonly and?: (recorded: Recorded) => readonly Statement[];
}

/** Differences with one place that are not closed. */
export async function liveDifferences(pool: SqlPool, place: string): Promise<readonly LiveDifference[]> {
  const rows = await pool.rows(
    `SELECT id, subject, state, transaction_id, kind, currency, theirs_minor, ours_minor, theirs_ref, detail
     FROM reconciliation_difference WHERE place = ? AND state IN ('open', 'accepted')`,
    [place],
  );
  return rows.map(liveOf);
}

/**
 * Writes down what a look at a place has found: new differences are opened, what is not found any more is closed by
 * itself, and what a person accepted stays so until its figures change: all of it in one transaction. The same look
 * twice changes nothing, and counts the same alarms, so that a look that was cut short still calls somebody.
 */
export async function recordDifferences(pool: SqlPool, place: string, look: Look): Promise<Recorded> {
  const live = new Map(look.live.map((one) => [one.subject, one]));
  const found = new Map(look.found.map((one) => [one.subject, one]));
  const fresh = [...found.values()].filter(({ subject }) => !live.has(subject));
  const changed = [...found.values()].flatMap((one) => {
    const known = live.get(one.subject);
    return known === undefined || known.face === faceOf(one) ? [] : [{ known, one }];
  });
  const gone = look.live.filter(({ subject }) => !found.has(subject));
  const at = sqlTime(look.at);
  const accepted = new Set(look.live.filter((one) => isAcceptedAs(found, one)).map(({ subject }) => subject));
  const alarms = [...found.values()].filter(({ kind, subject }) => kind !== 'timing' && !accepted.has(subject)).length;
  const recorded = { opened: fresh.length, closed: gone.length, alarms };
  const statements = [
    ...fresh.map((one) => opening(place, one, at)),
    ...changed.map(({ known, one }) => changing(known.id, one, at)),
    ...gone.map(({ id }) => closing(id, at)),
    ...(look.and?.(recorded) ?? []),
  ];
  await pool.transaction((transaction) => inChunks(statements, (chunk) => transaction.send(chunk)));
  return recorded;
}

/** A person has accepted it as it still is. */
function isAcceptedAs(found: ReadonlyMap<string, Difference>, { subject, state, face }: LiveDifference): boolean {
  const one = found.get(subject);
  return state === 'accepted' && one !== undefined && faceOf(one) === face;
}

/** One live row for each: the digest of what it is about. */
export function openKeyOf(place: string, subject: string): string {
  return createHash('sha256').update(`${place} ${subject}`).digest('hex');
}

function opening(place: string, one: Difference, at: string): Statement {
  return {
    sql: `INSERT INTO reconciliation_difference (id, place, subject, kind, state, open_key, currency, theirs_minor,
        ours_minor, theirs_ref, transaction_id, detail, created_at, updated_at)
      VALUES (?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE updated_at = VALUES(updated_at)`,
    values: [
      ...[newId('reconciliationDifference'), place, one.subject, one.kind, openKeyOf(place, one.subject)],
      ...[one.currency, one.theirsMinor, one.oursMinor, one.theirsRef, one.transactionId],
      ...[one.detail.slice(0, 255), at, at],
    ],
  };
}

/** It is not the one that was decided about any more. */
function changing(id: string, one: Difference, at: string): Statement {
  return {
    sql: `UPDATE reconciliation_difference SET kind = ?, state = 'open', currency = ?, theirs_minor = ?, ours_minor = ?,
        theirs_ref = ?, transaction_id = ?, detail = ?, updated_at = ?, version = version + 1
      WHERE id = ? AND state IN ('open', 'accepted')`,
    values: [
      ...[one.kind, one.currency, one.theirsMinor, one.oursMinor, one.theirsRef, one.transactionId],
      ...[one.detail.slice(0, 255), at, id],
    ],
  };
}

function closing(id: string, at: string): Statement {
  return {
    sql: `UPDATE reconciliation_difference SET state = 'closed', open_key = NULL, closed_at = ?, updated_at = ?,
        reason = COALESCE(reason, 'both sides agree now'), version = version + 1
      WHERE id = ? AND state IN ('open', 'accepted')`,
    values: [at, at, id],
  };
}

function liveOf(row: SqlRow): LiveDifference {
  const face = ['kind', 'currency', 'theirs_minor', 'ours_minor', 'theirs_ref', 'transaction_id', 'detail'];
  return {
    id: textOf(row, 'id'),
    subject: textOf(row, 'subject'),
    state: textOf(row, 'state'),
    transactionId: optionalText(row, 'transaction_id'),
    face: JSON.stringify(face.map((column) => row[column])),
  };
}

function faceOf(one: Difference): string {
  const { kind, currency, theirsMinor, oursMinor, theirsRef, transactionId, detail } = one;
  return JSON.stringify([kind, currency, theirsMinor, oursMinor, theirsRef, transactionId, detail.slice(0, 255)]);
}

async function inChunks(
  statements: readonly Statement[],
  use: (chunk: readonly Statement[]) => Promise<unknown>,
): Promise<void> {
  const size = 100;
  for (let at = 0; at < statements.length; at += size) await use(statements.slice(at, at + size));
}
