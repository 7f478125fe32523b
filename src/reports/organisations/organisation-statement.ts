import type { Currency } from '../../domain/currency.ts';
import { organisationAccount } from '../../domain/ledger-account.ts';
import { subtract, zero, type Money } from '../../domain/money.ts';
import type { SqlReader } from '../../ledger/sql-reader.read.ts';
import type { HolderRow } from '../holder-rows.ts';
import { readOrganisationRows, readPlainRows, type OrganisationRow, type RowFilter } from './organisation-rows.ts';
import { readStatementCut, type StatementCut, type StatementRange } from '../statement-cut.ts';
import { batchesOf, readFixedCut, type FixedRange, type StatementFile } from '../statement-file.ts';
import { currentBalanceOf, shownBalance } from '../statement-header.ts';

/** Whose statement it is, in one of the currencies of its book. */
export interface StatementOrganisation {
  readonly id: string;
  /** Its public number. */
  readonly no: number;
  readonly name: string;
  readonly address: string | null;
  readonly currency: Currency;
  /** IANA name: its days are those of this zone. */
  readonly zone: string;
}

/** A page of an organisation's statement, the newest row first. */
export interface OrganisationPage {
  readonly balance: Money;
  /** `Nil` for an account without any row, else the balance with its thousands apart. */
  readonly balanceShown: string;
  /** After the newest row of the page; of a page without rows the balance there. */
  readonly closing: Money;
  /** Before the oldest row of the page. */
  readonly opening: Money;
  readonly rows: readonly OrganisationRow[];
  /** To be passed for the next page; null on the last. */
  readonly nextCursor: number | null;
}

export interface OrganisationPageQuery extends StatementRange, RowFilter {
  readonly limit: number;
  /** The `nextCursor` of the page before; absent for the newest rows. */
  readonly cursor?: number | undefined;
}

/** The account of an organisation in the currency that is asked for. */
export function accountOf({ id, currency }: Pick<StatementOrganisation, 'id' | 'currency'>) {
  return organisationAccount(id, currency);
}

/** Reads a page, in two statements where nothing is searched for (W-40). */
export async function readOrganisationStatement(
  reader: SqlReader,
  organisation: StatementOrganisation,
  query: OrganisationPageQuery,
): Promise<OrganisationPage> {
  const cut = await readStatementCut(reader, accountOf(organisation).code, query);
  const { currency, id: organisationId } = organisation;
  const balance = currentBalanceOf(cut);
  const found = await readNewestRows(reader, { ...query, cut, organisationId });
  const rows = found.slice(0, query.limit);
  return {
    balance: balance ?? zero(currency),
    balanceShown: shownBalance(balance),
    ...edgesOf(rows, cut?.closingBalance ?? zero(currency)),
    rows,
    nextCursor: found.length > query.limit ? (rows.at(-1)?.seq ?? null) : null,
  };
}

/** What the page begins and ends with; without rows both are what the balance was then. */
function edgesOf(rows: readonly OrganisationRow[], standing: Money): Pick<OrganisationPage, 'closing' | 'opening'> {
  const [newest, oldest] = [rows.at(0), rows.at(-1)];
  if (newest === undefined || oldest === undefined) return { closing: standing, opening: standing };
  return { closing: newest.balanceAfter, opening: subtract(oldest.balanceAfter, oldest.amount) };
}

/** How much of a history is searched at once, so that no single statement takes long. */
const searchedAtOnce = 50_000;

/** The newest rows of `cut` below the cursor: one more than the page has, if there is one. */
export async function readNewestRows(
  reader: SqlReader,
  query: OrganisationPageQuery & { readonly cut: StatementCut | null; readonly organisationId: string },
): Promise<readonly OrganisationRow[]> {
  const { cut, organisationId, search, classes } = query;
  if (cut === null) return [];
  const { accountId } = cut;
  const rows: OrganisationRow[] = [];
  let lastSeq = Math.min(cut.lastSeq, (query.cursor ?? Number.MAX_SAFE_INTEGER) - 1);
  while (lastSeq >= cut.firstSeq && rows.length <= query.limit) {
    const firstSeq = Math.max(cut.firstSeq, lastSeq - searchedAtOnce + 1);
    const limit = query.limit + 1 - rows.length;
    const seqs = { accountId, firstSeq, lastSeq, limit };
    rows.push(...(await readOrganisationRows(reader, { ...seqs, organisationId, search, classes })));
    lastSeq = firstSeq - 1;
  }
  return rows;
}

/** One row of an organisation's statement by its transaction; null where it has none. All, if it has several. */
export async function readOrganisationTransaction(
  reader: SqlReader,
  organisation: StatementOrganisation,
  transaction: string,
): Promise<readonly OrganisationRow[]> {
  const found = await reader.rows(
    `SELECT e.account_id, e.seq FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id
     JOIN ledger_transaction t ON t.id = e.transaction_id
     WHERE (t.id = ? OR t.reference = ?) AND a.code = ? ORDER BY e.seq DESC`,
    [transaction, transaction, accountOf(organisation).code],
  );
  const rows = await Promise.all(
    found.map(({ account_id: accountId, seq }) => {
      const seqs = { accountId: Number(accountId), firstSeq: Number(seq), lastSeq: Number(seq), limit: 1 };
      return readOrganisationRows(reader, { ...seqs, organisationId: organisation.id });
    }),
  );
  return rows.flat();
}

/** An organisation's statement as it stood at an instant. */
export interface OrganisationFile extends StatementFile<OrganisationRow> {
  readonly organisation: StatementOrganisation;
  /** Null where nothing was ever posted. */
  readonly cut: StatementCut | null;
  readonly search: string | undefined;
  /** The rows without sessions and events, which are read faster. */
  readonly plainBatches: () => AsyncGenerator<readonly HolderRow[]>;
  /** Only the rows of some classes. */
  readonly batchesOf: (classes: RowFilter['classes']) => AsyncGenerator<readonly OrganisationRow[]>;
}

/** Opens the statement of `organisation` within `range`, cut to what is searched for. */
export async function openOrganisationFile(
  reader: SqlReader,
  organisation: StatementOrganisation,
  { search, ...range }: FixedRange & Pick<RowFilter, 'search'>,
): Promise<OrganisationFile> {
  const cut = await readFixedCut(reader, accountOf(organisation), range);
  const { id: organisationId, currency } = organisation;
  const batches = (classes: RowFilter['classes']) =>
    batchesOf(cut, (query) => readOrganisationRows(reader, { ...query, organisationId, search, classes }));
  return {
    ...{ organisation, cut, search, currency, asOf: range.asOf },
    closingBalance: cut?.closingBalance ?? null,
    batches: () => batches(undefined),
    plainBatches: () => batchesOf(cut, (query) => readPlainRows(reader, { ...query, organisationId, search })),
    batchesOf: batches,
  };
}
