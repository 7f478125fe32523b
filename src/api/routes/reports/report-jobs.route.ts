import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { DomainError } from '../../../domain/errors.ts';
import { reportJobId } from '../../../domain/ids.ts';
import { signatureOf, type Principal } from '../../../domain/principal.ts';
import { grants } from '../../../domain/roles.ts';
import { recordAct } from '../../../entities/audit.ts';
import { newId } from '../../../entities/new-id.ts';
import { unitOfWork, type Orm } from '../../../entities/orm.ts';
import { ReportJob } from '../../../entities/reports/report-job.entity.ts';
import { ReportJobs } from '../../../entities/reports/report-jobs.ts';
import { scopedTo } from '../../../entities/scoped-reads.ts';
import type { SqlPool } from '../../../entities/sql-pool.ts';
import { findReport, reports } from '../../../reports/report-registry.ts';
import type { Report } from '../../../reports/report.ts';
import { instant } from '../../local-days.ts';
import { isReplayed, made } from '../../once.ts';
import { authorise } from '../../access/policy.ts';
import { refusedField } from '../../refused-field.ts';
import { fileHeaders } from '../../download.ts';
import { instantAsked, parseParams, requesterOf, type ReportParts } from '../../reports/report-asking.ts';
import { reportJobSchema, reportJobView } from '../../reports/report-job-view.ts';
import { noSuchFile, requireLink } from '../../reports/report-links.ts';
import { keyed, open, route, type Route } from '../../route.ts';
import { idParam, listOf, pageOf } from '../../schemas.ts';
import { pageView } from '../../views.ts';

export interface ReportJobParts extends ReportParts {
  readonly orm: Orm;
  readonly pool: SqlPool;
  /** Best effort; a sweep finds what was not queued. */
  readonly offerReport: (reportJobId: string) => void;
}

const tag = 'Reports';
/** What a report itself needs is judged when it is asked for. */
const policy = keyed('organisation', 'payments.global.view', 'payments.manage.view');
const params = idParam('reportJob');

/** Reports that are made in the background: asked for, watched, and fetched by a link. */
export function reportJobRoutes(parts: ReportJobParts): readonly Route[] {
  return [ask(parts), list(parts), get(parts), file(parts)];
}

const wish = z
  .strictObject({
    report: z.enum(reports.map(({ name }) => name)),
    format: z.enum(['csv', 'xlsx', 'pdf']).default('csv'),
    params: z.record(z.string(), z.unknown()).default({}).meta({ description: 'As the query of the direct download' }),
    asOf: instant.optional().meta({ description: 'Not later than now, which is the default' }),
  })
  .meta({ id: 'ReportWish' });

function ask(parts: ReportJobParts): Route {
  return route({
    method: 'post',
    path: '/v1/reports/jobs',
    tag,
    summary: 'Ask for a report that is made in the background',
    description: 'Its file has the same bytes as the direct download for the same `asOf` and caller.',
    policy,
    idempotency: 'optional',
    body: wish,
    responses: { 202: { description: 'Written down; look where `Location` says', schema: reportJobSchema } },
    handle: async ({ body, principal, once }) => {
      const { report, prepared } = await prepare(parts, principal, body);
      let asked: string | undefined;
      const answer = await once(async (em) => {
        const job = em.create(ReportJob, jobOf(principal, { ...body, ...prepared }));
        const act = { ...signatureOf(principal), action: 'report.request', target: job.id };
        recordAct(em, {
          ...act,
          organisationId: job.organisationId ?? null,
          after: { report: report.name, ...prepared },
        });
        await em.persist(job).flush();
        asked = job.id;
        return made(202, job.id, reportJobView(job, new Date()));
      });
      if (asked !== undefined && !isReplayed(answer)) parts.offerReport(asked);
      return answer;
    },
  });
}

type Wish = z.output<typeof wish>;
interface Prepared {
  readonly params: never;
  readonly asOf: string;
}

/** Refuses what can be refused before anything is written down. */
async function prepare(
  { sources }: ReportJobParts,
  principal: Principal,
  body: Wish,
): Promise<{ report: Report; prepared: Prepared }> {
  const report = findReport(body.report);
  if (report === undefined) throw refusedField('invalid_request', 'report', 'is no report of ours');
  authorise(keyed(report.needs.scope, ...report.needs.roles), principal);
  if (!report.formats.includes(body.format)) {
    throw refusedField('invalid_request', 'format', `is none of this report: ${report.formats.join(', ')}`);
  }
  const prepared = { params: parseParams(report, body.params), asOf: await instantAsked(sources, body.asOf) };
  await report.check?.(sources, { ...prepared, scope: principal });
  return { report, prepared };
}

function jobOf(
  principal: Principal,
  { report, format, params: asked, asOf }: Omit<Wish, 'asOf' | 'params'> & Prepared,
) {
  const now = new Date();
  return {
    id: reportJobId(newId('reportJob')),
    organisationId: principal.organisationId,
    ...{ report, format, asOf, params: JSON.stringify(asked) },
    requester: requesterOf(principal).slice(0, 255),
    ...signatureOf(principal),
    state: 'queued' as const,
    ...{ progress: 0, attempts: 0 },
    linkKey: randomBytes(32).toString('hex'),
    ...{ createdAt: now, updatedAt: now },
  };
}

function list({ orm }: ReportJobParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/jobs',
    tag,
    summary: 'List reports that were asked for, the oldest first',
    policy,
    query: z.strictObject(pageOf('reportJob')),
    responses: { 200: { description: 'A page of reports', schema: listOf(reportJobSchema) } },
    handle: async ({ principal, query: { limit, cursor } }) => {
      const page = { limit, after: cursor ?? null };
      const seen = seesAll(principal) ? {} : { actor: principal.keyId };
      const found = await scopedTo(unitOfWork(orm), principal).reportJobs(page, seen);
      const now = new Date();
      return { status: 200, body: pageView(found, (job) => reportJobView(job, now)) };
    },
  });
}

function get({ orm }: ReportJobParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/jobs/:id',
    tag,
    summary: 'Read how far a report is, and the link to its file',
    policy,
    params,
    responses: { 200: { description: 'The report', schema: reportJobSchema } },
    handle: async ({ principal, params: { id } }) => {
      const job = await scopedTo(unitOfWork(orm), principal).reportJob(id);
      if (job === null || !(seesAll(principal) || job.actor === principal.keyId)) {
        throw new DomainError('not_found', 'There is no such report.');
      }
      return { status: 200, body: reportJobView(job, new Date()) };
    },
  });
}

/** What the platform's keys ask for may hold everything; an organisation's own is its own. */
function seesAll(principal: Principal): boolean {
  return principal.organisationId !== null || grants(principal.roles, 'payments.global.view');
}

function file({ orm, pool }: ReportJobParts): Route {
  return route({
    method: 'get',
    path: '/v1/reports/files/:id',
    tag,
    summary: 'Fetch the file of a report by its link',
    policy: open,
    params,
    query: z.strictObject({
      expires: z.coerce.number().int().positive(),
      signature: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
    }),
    responses: { 200: { description: 'The file', contentType: 'application/octet-stream' } },
    handle: async ({ params: { id }, query }) => {
      // Whoever has the link may have the file: its signature is what admits, not a principal.
      const job = await scopedTo(unitOfWork(orm), { organisationId: null, siteId: null }).reportJob(id);
      if (job === null) throw noSuchFile();
      requireLink(job, { ...query, now: new Date() });
      if (job.state !== 'done') throw noSuchFile();
      const stream = Readable.from(new ReportJobs(pool).pieces(id, job.attempts), { objectMode: false });
      const named = { fileName: job.fileName ?? '', contentType: job.contentType ?? '' };
      const headers = { ...fileHeaders(named), 'Content-Length': String(job.sizeBytes), 'Tillflow-As-Of': job.asOf };
      return { status: 200, headers, stream };
    },
  });
}
