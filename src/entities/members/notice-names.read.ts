import { textFact, type NoticeFacts } from '../../domain/members/notice.ts';
import type { SqlReader } from '../../ledger/sql-reader.read.ts';
import { orNothing, places } from '../sql-list.ts';

/** Looks up what the other members of notices are called now; answers the name that belongs to a row's facts. */
export async function otherNamesOf(
  reader: SqlReader,
  facts: readonly string[],
): Promise<(facts: string) => string | null> {
  const ids = facts.map(otherMemberOf).filter((id) => id !== null);
  const names = ids.length === 0 ? new Map<string, string>() : await memberNames(reader, ids);
  return (one) => names.get(otherMemberOf(one) ?? '') ?? null;
}

/** The names of members by their ids. */
export async function memberNames(reader: SqlReader, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await reader.rows(
    `SELECT id, CONCAT(first_name, ' ', last_name) AS name FROM member WHERE id IN (${places(ids)})`,
    orNothing(ids),
  );
  return new Map(rows.map((row) => [String(row['id']), String(row['name'])]));
}

function otherMemberOf(facts: string): string | null {
  return textFact(JSON.parse(facts) as NoticeFacts, 'otherMember');
}
