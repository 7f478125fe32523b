import { parseCurrency } from '../../domain/currency.ts';
import { memberAccount } from '../../domain/ledger-account.ts';
import type { LetterRow, Standing } from '../../domain/members/notice-letter.ts';
import { readEntries, type AccountEntry } from '../../ledger/entries.read.ts';
import type { SqlReader } from '../../ledger/sql-reader.read.ts';
import { memberNames } from './notice-names.read.ts';
import { orNothing, places } from '../sql-list.ts';

/** How many rows of the statement a warning shows (cobalt.md 2.8). */
const rowsShown = 5;

/** Whose standing is read, and in which zone its days are counted (decisions D6). */
export interface StandingWish {
  readonly memberId: string;
  readonly currency: string;
  readonly zone: string;
}

/** How a member stands now: the balance in minor units, null before anything was booked, and what led to it. */
export async function readStanding(
  reader: SqlReader,
  { memberId, currency, zone }: StandingWish,
): Promise<Standing & { readonly balanceMinor: number | null }> {
  const { code } = memberAccount(memberId, parseCurrency(currency));
  const { entries } = await readEntries(reader, { code, limit: rowsShown });
  const nameOf = await counterpartyNames(reader, entries);
  const [users] = await reader.rows("SELECT COUNT(*) AS members FROM auto_top_up WHERE state = 'on'");
  return {
    currency,
    balanceMinor: entries[0]?.balanceAfter.amountMinor ?? null,
    rows: entries.map((entry) => letterRow(entry, { name: nameOf(entry.counterparty), zone })),
    autoTopUpMembers: Number(users?.['members'] ?? 0),
  };
}

function letterRow(entry: AccountEntry, { name, zone }: { readonly name: string; readonly zone: string }): LetterRow {
  const { description, amount, recordedAt } = entry;
  const format = { day: 'numeric', month: 'short', year: 'numeric', timeZone: zone } as const;
  const day = new Intl.DateTimeFormat('en-AU', format).format(new Date(recordedAt));
  return { day, counterparty: name, description, amountMinor: amount.amountMinor };
}

/** Members and organisations by name; cards and administrators as what they are. */
async function counterpartyNames(
  reader: SqlReader,
  entries: readonly AccountEntry[],
): Promise<(counterparty: string | null) => string> {
  const idsOf = (kind: string): string[] =>
    entries
      .map(({ counterparty }) => counterparty?.split('/') ?? [])
      .filter(([found, id]) => found === kind && id !== undefined)
      .map(([, id]) => id ?? '');
  const [members, organisations] = [idsOf('member'), idsOf('organisation')];
  const people = members.length === 0 ? new Map<string, string>() : await memberNames(reader, members);
  const clubs = organisations.length === 0 ? new Map<string, string>() : await clubNames(reader, organisations);
  return (counterparty) => {
    const [kind = '', id = ''] = (counterparty ?? '').split('/');
    return people.get(id) ?? clubs.get(id) ?? kind;
  };
}

async function clubNames(reader: SqlReader, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await reader.rows(`SELECT id, name FROM organisation WHERE id IN (${places(ids)})`, orNothing(ids));
  return new Map(rows.map((row) => [String(row['id']), String(row['name'])]));
}
