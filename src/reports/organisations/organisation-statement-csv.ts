import type { Readable } from 'node:stream';
import { formatMajor } from '../../domain/money.ts';
import { textCell } from '../csv-text.ts';
import type { HolderRow } from '../holder-rows.ts';
import { localTimestamp } from '../local-day.ts';
import type { HostThing, OrganisationRow } from './organisation-rows.ts';
import type { OrganisationFile } from './organisation-statement.ts';
import { csvOf, statementCells, statementHeadings, type CsvLayout } from '../statement-csv.ts';

/** `plain`: the columns of every statement (cobalt.md 3.2). `full`: with sessions and events (3.3). */
export type OrganisationCsvLayout = 'plain' | 'full';

export interface OrganisationCsvOptions {
  readonly layout: OrganisationCsvLayout;
  readonly hasByteOrderMark: boolean;
  /** Who asked for it; named in the first line. */
  readonly requester: string;
}

export const fullHeadings = [
  ...['Date', 'Counterparty', 'Reference', 'id', 'Type', 'Description'],
  ...['Session ID', 'Session Name', 'Event ID', 'Event Name', 'Amount', 'Balance'],
] as const;

/** An organisation's statement as CSV, in its own local times, made while it is read. */
export function organisationCsv(file: OrganisationFile, options: OrganisationCsvOptions): Readable {
  if (options.layout === 'full') return csvOf(file, full(file, options), options);
  return csvOf({ batches: file.plainBatches }, plain(file, options), options);
}

function plain(file: OrganisationFile, options: OrganisationCsvOptions): CsvLayout<HolderRow> {
  const { zone } = file.organisation;
  return { head: [...titleOf(file, options), statementHeadings], record: (row) => statementCells(row, zone) };
}

function full(file: OrganisationFile, options: OrganisationCsvOptions): CsvLayout<OrganisationRow> {
  const { zone } = file.organisation;
  return {
    head: [...titleOf(file, options), fullHeadings],
    record: (row) => [
      localTimestamp(row.recordedAt, zone),
      textCell(row.counterparty?.name ?? ''),
      row.reference,
      row.transactionId,
      row.type,
      textCell(row.description),
      ...thingCells(row.session),
      ...thingCells(row.event),
      formatMajor(row.amount),
      formatMajor(row.balanceAfter),
    ],
  };
}

/** The title line, and one with the words that were searched for. */
function titleOf({ organisation, asOf, search }: OrganisationFile, { requester }: OrganisationCsvOptions) {
  const title = [
    textCell(organisation.name),
    textCell(`Downloaded by ${requester}`),
    localTimestamp(asOf, organisation.zone),
  ];
  return search === undefined ? [title] : [title, ['Search', textCell(search)]];
}

function thingCells(thing: HostThing | null): readonly [string, string] {
  return thing === null ? ['', ''] : [textCell(thing.ref), textCell(thing.name ?? '')];
}
