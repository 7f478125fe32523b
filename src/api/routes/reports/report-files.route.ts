import { sameBytes } from '../../download.ts';
import type { ReportFormat } from '../../../domain/reports/report-job.ts';
import { reports } from '../../../reports/report-registry.ts';
import type { Report } from '../../../reports/report.ts';
import { instant } from '../../local-days.ts';
import { directReport, type ReportParts } from '../../reports/report-asking.ts';
import { keyed, route, type Route } from '../../route.ts';

const contentTypes: Readonly<Record<ReportFormat, string>> = {
  csv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
};

/** Reports as files that are made while they are sent; long ones are better asked for as jobs. */
export function reportFileRoutes(parts: ReportParts): readonly Route[] {
  return reports.flatMap((report) => report.formats.map((format) => download(parts, report, format)));
}

function download({ sources }: ReportParts, report: Report, format: ReportFormat): Route {
  return route({
    method: 'get',
    path: `/v1/reports/${report.name}.${format}`,
    tag: 'Reports',
    summary: `${report.summary}, as ${format.toUpperCase()}`,
    description: `As the book stood at \`asOf\`, ${sameBytes}`,
    policy: keyed(report.needs.scope, ...report.needs.roles),
    query: report.params.extend({
      asOf: instant.optional().meta({ description: 'Not later than now, which is the default' }),
    }),
    responses: { 200: { description: 'The file', contentType: contentTypes[format] } },
    handle: async ({ principal, query }) => {
      const { asOf, ...params } = query as { asOf?: string };
      return directReport(sources, { report, format, params: params as never, asOf, principal });
    },
  });
}
