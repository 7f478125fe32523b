import { z } from 'zod';
import type { Principal } from '../../../domain/principal.ts';
import { statementCsv } from '../../../reports/members/member-statement-csv.ts';
import { statementPdf } from '../../../reports/members/member-statement-pdf.ts';
import { openStatementFile, readAsOf, type MemberFile } from '../../../reports/statement-file.ts';
import { ownMember } from '../../cards/auto-top-up-setting.ts';
import { dayRange, instant, instantsOf } from '../../local-days.ts';
import { download, sameBytes } from '../../download.ts';
import { refusedField } from '../../refused-field.ts';
import { ownOrKeyed, route, type Route } from '../../route.ts';
import { idParam } from '../../schemas.ts';
import type { StatementParts } from '../members/member-statements.route.ts';

const tag = 'Statements';
const viewers = ownOrKeyed('payments.view');
const params = idParam('member');
const description = `All rows, the newest first, as they stood at \`asOf\`, ${sameBytes}`;

const cutting = z.strictObject({
  ...dayRange,
  asOf: instant.optional().meta({ description: 'Not later than now, which is the default' }),
});
type Cutting = z.output<typeof cutting>;

/** Members' statements as files, made while they are sent. */
export function statementFileRoutes(parts: StatementParts): readonly Route[] {
  return [csv(parts), pdf(parts)];
}

function csv(parts: StatementParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/statement.csv',
    tag,
    summary: "Download a member's statement as CSV",
    description,
    policy: viewers,
    params,
    query: cutting.extend({
      bom: z.enum(['true', 'false']).default('false').meta({ description: 'Begin with a byte-order mark' }),
    }),
    responses: { 200: { description: 'UTF-8', contentType: 'text/csv' } },
    handle: async ({ principal, params: { id }, query: { bom, ...query } }) => {
      const file = await open(parts, { principal, id, query });
      const stream = statementCsv(file, { zone: parts.zone, hasByteOrderMark: bom === 'true' });
      return download({ fileName: 'statement.csv', contentType: 'text/csv; charset=utf-8', stream, asOf: file.asOf });
    },
  });
}

function pdf(parts: StatementParts): Route {
  return route({
    method: 'get',
    path: '/v1/members/:id/statement.pdf',
    tag,
    summary: "Download a member's statement as PDF",
    description,
    policy: viewers,
    params,
    query: cutting,
    responses: { 200: { description: 'A4, lying', contentType: 'application/pdf' } },
    handle: async ({ principal, params: { id }, query }) => {
      const file = await open(parts, { principal, id, query });
      const { from, to } = query;
      const stream = await statementPdf(file, { zone: parts.zone, from, to });
      return download({ fileName: 'statement.pdf', contentType: 'application/pdf', stream, asOf: file.asOf });
    },
  });
}

interface FileRequest {
  readonly principal: Principal;
  readonly id: string;
  readonly query: Cutting;
}

async function open({ orm, pool, zone }: StatementParts, { principal, id, query }: FileRequest): Promise<MemberFile> {
  const range = instantsOf(query, zone);
  const member = await ownMember(orm, principal, id);
  const asOf = await readAsOf(pool, query.asOf);
  if (asOf === null) throw refusedField('invalid_request', 'asOf', 'is still to come');
  return openStatementFile(pool, member, { ...range, asOf });
}
