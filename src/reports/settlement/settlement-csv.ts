import { Readable } from 'node:stream';
import { decimalText } from '../../domain/decimal-text.ts';
import { parseCurrency } from '../../domain/currency.ts';
import { formatMajor, money } from '../../domain/money.ts';
import { openBankDetail } from '../../entities/organisations/bank-details.ts';
import type { SealKeys } from '../../entities/sealed-text.ts';
import { listItems, type SettlementItemView } from '../../entities/settlement/settlement-views.read.ts';
import type { SettlementRunRow } from '../../entities/settlement/settlement-runs.ts';
import type { SqlPool } from '../../entities/sql-pool.ts';
import { csvLines, textCell } from '../csv-text.ts';
import { localDateOf, localTimestamp } from '../local-day.ts';

/** For whom and when the file is made: it says so in its first line. Times are ISO 8601 UTC. */
export interface SettlementCsvHead {
  readonly requester: string;
  readonly asOf: string;
}

/** The heads of cobalt.md 3.6, with "Club" spelt right. */
const heads = [
  ...['Club Number', 'Club Name', 'BSB', 'Account Number', 'Gross Amount', 'Minimum Balance', 'Net Amount'],
  ...['ABF fees %', 'Settlement Amount'],
];

const pageSize = 500;

/**
 * A run as people pay it by hand: gross is the balance, net is without the minimum balance, and the settlement amount is
 * what goes to the bank. Pages are read as they are sent.
 */
export function settlementCsv(
  source: { readonly pool: Pick<SqlPool, 'rows'>; readonly sealKeys: SealKeys },
  run: SettlementRunRow,
  head: SettlementCsvHead,
): Readable {
  return Readable.from(pagesOf(source, run, head));
}

async function* pagesOf(
  { pool, sealKeys }: { readonly pool: Pick<SqlPool, 'rows'>; readonly sealKeys: SealKeys },
  run: SettlementRunRow,
  { requester, asOf }: SettlementCsvHead,
): AsyncGenerator<string> {
  const lastDay = localDateOf(new Date(Date.parse(run.referenceAt) - 1).toISOString(), run.zone);
  const title = ['Settlements', `Downloaded by ${requester}`, localTimestamp(asOf, run.zone), lastDay];
  yield csvLines([title.map(textCell), heads]);
  let cursor: string | undefined;
  do {
    const page = await listItems(pool, run.id, { cursor, limit: pageSize });
    const listed = page.filter(({ item }) => item.state !== 'held_back');
    if (listed.length > 0) yield csvLines(listed.map((view) => lineOf(sealKeys, view)));
    cursor = page.length < pageSize ? undefined : page.at(-1)?.item.id;
  } while (cursor !== undefined);
}

function lineOf(sealKeys: SealKeys, view: SettlementItemView): string[] {
  const { item, posted } = view;
  const currency = parseCurrency(item.currency);
  const major = (amountMinor: number): string => formatMajor(money(amountMinor, currency));
  const account = accountOf(sealKeys, view);
  return [
    ...[String(view.organisationNo), textCell(view.organisationName), textCell(account.branch), textCell(account.no)],
    ...[major(item.balanceMinor), major(item.floatMinor), major(posted?.settledMinor ?? item.settledMinor)],
    ...[decimalText(item.feeBp, 2), major(posted?.payoutMinor ?? item.payoutMinor)],
  ];
}

function accountOf(sealKeys: SealKeys, { item, sealedAccount }: SettlementItemView) {
  if (sealedAccount === null || item.bankDetailId === null) return { branch: '', no: '' };
  const account = openBankDetail(sealKeys, { id: item.bankDetailId, sealed: sealedAccount });
  return account.scheme === 'bsb'
    ? { branch: account.bsb, no: account.accountNo }
    : { branch: account.bic ?? '', no: account.iban };
}
