import { z } from 'zod';
import type { Principal } from '../../../domain/principal.ts';
import {
  readEventsOutside,
  readMovement,
  readOrganisationReport,
} from '../../../reports/organisations/organisation-report.ts';
import { organisationCsv } from '../../../reports/organisations/organisation-statement-csv.ts';
import { organisationPdf } from '../../../reports/organisations/organisation-statement-pdf.ts';
import { openOrganisationFile, type OrganisationFile } from '../../../reports/organisations/organisation-statement.ts';
import { organisationWorkbook } from '../../../reports/organisations/organisation-workbook.ts';
import { download, sameBytes } from '../../download.ts';
import { refusedField } from '../../refused-field.ts';
import { rangeOf, reportRange, reportSearch, type ReportRange } from '../../reports/report-range.ts';
import { route, type Route } from '../../route.ts';
import {
  organisationParams,
  ownOrganisation,
  reportViewers,
  type OrganisationReportParts,
} from '../../reports/statement-organisation.ts';

const tag = 'Organisation statements';
const query = z.strictObject({ ...reportRange, ...reportSearch });
const common = { method: 'get', tag, policy: reportViewers, params: organisationParams } as const;
const description = `All rows, the newest first, as they stood at \`asOf\`, ${sameBytes}`;

/** Organisations' statements as files, made while they are sent. */
export function organisationFileRoutes(parts: OrganisationReportParts): readonly Route[] {
  return [csv(parts), pdf(parts), xlsx(parts)];
}

function csv(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/statement.csv',
    summary: "Download an organisation's statement as CSV",
    description,
    query: query.extend({
      layout: z
        .enum(['plain', 'full'])
        .default('plain')
        .meta({ description: '`full` has columns for identifiers, sessions and events' }),
      bom: z.enum(['true', 'false']).default('false').meta({ description: 'Begin with a byte-order mark' }),
    }),
    responses: { 200: { description: 'UTF-8', contentType: 'text/csv' } },
    handle: async ({ principal, params, query: { layout, bom, ...asked } }) => {
      const { file } = await open(parts, { principal, ...params, asked });
      const requester = principal.asserted ?? principal.name;
      const stream = organisationCsv(file, { layout, hasByteOrderMark: bom === 'true', requester });
      return download({ fileName: 'statement.csv', contentType: 'text/csv; charset=utf-8', stream, asOf: file.asOf });
    },
  });
}

function pdf(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/statement.pdf',
    summary: "Download an organisation's statement as PDF",
    description,
    query,
    responses: { 200: { description: 'A4, lying', contentType: 'application/pdf' } },
    handle: async ({ principal, params, query: asked }) => {
      const { file, days } = await open(parts, { principal, ...params, asked });
      return download({
        fileName: 'statement.pdf',
        contentType: 'application/pdf',
        stream: await organisationPdf(file, days),
        asOf: file.asOf,
      });
    },
  });
}

const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** A sheet has 1,048,576 rows; what is longer goes into a CSV. */
const sheetRowsMost = 1_000_000;

function xlsx(parts: OrganisationReportParts): Route {
  return route({
    ...common,
    path: '/v1/organisations/:id/statement.xlsx',
    summary: "Download an organisation's statement as XLSX, with all views as tabs",
    description,
    query,
    responses: { 200: { description: 'Eight tabs', contentType: xlsxType } },
    handle: async ({ principal, params, query: asked }) => {
      const { file, days, range } = await open(parts, { principal, ...params, asked });
      const { organisation, cut, search } = file;
      if (cut !== null && cut.lastSeq - cut.firstSeq >= sheetRowsMost) {
        throw refusedField('invalid_request', 'from', 'leaves more rows than a sheet can have');
      }
      const { pool } = parts;
      const whole = await readOrganisationReport(pool, organisation, range);
      const report =
        search === undefined ? whole : await readOrganisationReport(pool, organisation, { ...range, search });
      const movement = await readMovement(pool, whole);
      const eventsOutside = await readEventsOutside(pool, whole);
      const stream = organisationWorkbook({ file, report, movement, eventsOutside, ...days });
      return download({ fileName: 'statement.xlsx', contentType: xlsxType, stream, asOf: file.asOf });
    },
  });
}

interface FileRequest {
  readonly principal: Principal;
  readonly id: string;
  readonly asked: z.output<typeof query>;
}

async function open(
  { orm, pool }: OrganisationReportParts,
  { principal, id, asked }: FileRequest,
): Promise<ReportRange & { file: OrganisationFile }> {
  const organisation = await ownOrganisation(orm, principal, { id, currency: asked.currency });
  const found = await rangeOf(pool, asked, organisation.zone);
  const file = await openOrganisationFile(pool, organisation, { ...found.range, search: asked.search });
  return { ...found, file };
}
