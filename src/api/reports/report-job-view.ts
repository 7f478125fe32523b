import { z } from 'zod';
import type { ReportJob } from '../../entities/reports/report-job.entity.ts';
import { reportLink } from './report-links.ts';
import { id, time } from '../schemas.ts';

const fileSchema = z.object({
  name: z.string(),
  contentType: z.string(),
  bytes: z.int(),
  sha256: z.string(),
  expiresAt: time.meta({ description: 'Until then the file is kept' }),
  link: z.object({
    url: z.string().meta({ description: 'Needs no key; relative to this API' }),
    expiresAt: time.meta({ description: 'Reading the report again gives a new link' }),
  }),
});

export const reportJobSchema = z
  .object({
    id: id('reportJob'),
    report: z.string(),
    format: z.enum(['csv', 'xlsx', 'pdf']),
    params: z.record(z.string(), z.unknown()),
    asOf: z.string().meta({ description: 'Nothing recorded later is in the report' }),
    requester: z.string(),
    state: z.enum(['queued', 'running', 'done', 'failed', 'expired']),
    progress: z.int().meta({ description: 'Percent' }),
    reason: z.string().nullable().meta({ description: 'Why it failed' }),
    file: fileSchema.nullable(),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'ReportJob' });

export function reportJobView(job: ReportJob, now: Date): z.input<typeof reportJobSchema> {
  const { id: jobId, report, format, asOf, requester, state, progress } = job;
  return {
    ...{ id: jobId, report, format, asOf, requester, state, progress },
    params: JSON.parse(job.params) as Record<string, unknown>,
    reason: state === 'failed' ? (job.reason ?? null) : null,
    file: state === 'done' ? fileView(job, now) : null,
    createdAt: job.createdAt.toISOString(),
    finishedAt: job.finishedAt?.toISOString() ?? null,
  };
}

function fileView(job: ReportJob, now: Date): z.input<typeof fileSchema> {
  return {
    name: job.fileName ?? '',
    contentType: job.contentType ?? '',
    bytes: job.sizeBytes ?? 0,
    sha256: job.digest ?? '',
    expiresAt: (job.expiresAt ?? now).toISOString(),
    link: reportLink(job, now),
  };
}
