import { add, money, type Money } from '../domain/money.ts';
import { numberIn, optionalTextIn, textIn, timeIn, type BookRow, type SqlReader } from '../ledger/sql-reader.read.ts';
import { eventRef, movementClass, sessionRef, subjectTables, type MovementClass } from './entry-subject.ts';
import { holderTables, holderTableValues } from './holder-rows.ts';
import { filterOf } from './organisations/organisation-rows.ts';
import type { StatementCut } from './statement-cut.ts';

/** A session or event with all that the host said of it. */
export interface NamedThing {
  readonly ref: string;
  readonly name: string | null;
  /** `YYYY-MM-DD`: the day it is held. */
  readonly date: string | null;
  /** What it belongs to, such as a congress, in words. */
  readonly parent: string | null;
}

/** All entries of one class and type that are about the same thing, as one sum. */
export interface MovementGroup {
  readonly class: MovementClass;
  readonly type: string;
  readonly session: NamedThing | null;
  readonly event: NamedThing | null;
  readonly amount: Money;
  readonly count: number;
  /** Of the newest of them. */
  readonly seq: number;
  readonly recordedAt: string;
}

export interface MovementQuery {
  readonly organisationId: string;
  readonly search?: string | undefined;
}

/** What part of an account is summed up, both ends included. */
export type SeqRange = Pick<StatementCut, 'accountId' | 'firstSeq' | 'lastSeq' | 'currency'>;

/** How many entries one statement adds up: about half a second, far from what a connection is given up for. */
const windowSize = 50_000;

/**
 * Adds up the entries of `range` by what they are about. As many rows are kept as there are things, never as there are
 * entries (W-40).
 */
export async function readMovementGroups(
  reader: SqlReader,
  range: SeqRange | null,
  query: MovementQuery,
): Promise<readonly MovementGroup[]> {
  const groups = new Map<string, MovementGroup>();
  if (range === null) return [];
  for (let firstSeq = range.firstSeq; firstSeq <= range.lastSeq; firstSeq += windowSize) {
    const lastSeq = Math.min(range.lastSeq, firstSeq + windowSize - 1);
    for (const group of await readWindow(reader, { ...range, firstSeq, lastSeq }, query)) {
      const key = JSON.stringify([group.class, group.type, group.session?.ref, group.event?.ref]);
      const known = groups.get(key);
      groups.set(key, known === undefined ? group : together(known, group));
    }
  }
  return [...groups.values()].sort((left, right) => right.seq - left.seq);
}

async function readWindow(
  reader: SqlReader,
  { accountId, firstSeq, lastSeq, currency }: SeqRange,
  { organisationId, search }: MovementQuery,
): Promise<readonly MovementGroup[]> {
  const filter = filterOf({ search });
  const rows = await reader.rows(
    `SELECT g.*, hs.name AS session_name, hs.held_on AS session_date, hs.parent AS session_parent,
       he.name AS event_name, he.held_on AS event_date, he.parent AS event_parent
     FROM (SELECT ${movementClass} AS class, e.type, ${sessionRef} AS session_ref, ${eventRef} AS event_ref,
         CAST(SUM(IF(e.side = 'credit', e.amount_minor, -e.amount_minor)) AS SIGNED) AS amount_minor,
         COUNT(*) AS entry_count, MAX(e.seq) AS seq, MAX(e.recorded_at) AS recorded_at
       FROM ${holderTables}
       ${subjectTables}
       WHERE e.account_id = ? AND e.seq BETWEEN ? AND ?${filter.sql}
       GROUP BY 1, 2, 3, 4) g
     LEFT JOIN host_object hs ON hs.kind = 'session' AND hs.external_ref = g.session_ref
     LEFT JOIN host_object he ON he.kind = 'event' AND he.external_ref = g.event_ref`,
    [
      ...holderTableValues({ kind: 'organisation', id: organisationId }),
      ...[accountId, firstSeq, lastSeq],
      ...filter.values,
    ],
  );
  return rows.map((row) => ({
    class: textIn(row, 'class') as MovementClass,
    type: textIn(row, 'type'),
    session: thingIn(row, 'session'),
    event: thingIn(row, 'event'),
    amount: money(numberIn(row, 'amount_minor'), currency),
    count: numberIn(row, 'entry_count'),
    seq: numberIn(row, 'seq'),
    recordedAt: timeIn(row, 'recorded_at'),
  }));
}

/** The later of the two names the sum; both are about the same. */
function together(earlier: MovementGroup, later: MovementGroup): MovementGroup {
  return { ...later, amount: add(earlier.amount, later.amount), count: earlier.count + later.count };
}

function thingIn(row: BookRow, kind: 'session' | 'event'): NamedThing | null {
  const ref = optionalTextIn(row, `${kind}_ref`);
  if (ref === null) return null;
  const [name, date, parent] = ['name', 'date', 'parent'].map((column) => optionalTextIn(row, `${kind}_${column}`));
  return { ref, name: name ?? null, date: date ?? null, parent: parent ?? null };
}
