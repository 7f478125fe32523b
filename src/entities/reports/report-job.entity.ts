import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, ReportJobId } from '../../domain/ids.ts';
import type { ReportFormat, ReportJobState } from '../../domain/reports/report-job.ts';

const ReportJobSchema = defineEntity({
  name: 'ReportJob',
  tableName: 'report_job',
  indexes: [
    { name: 'report_job_state_index', properties: ['state', 'updatedAt'] },
    { name: 'report_job_organisation_index', properties: ['organisationId', 'id'] },
    { name: 'report_job_expiry_index', properties: ['state', 'expiresAt'] },
  ],
  properties: {
    id: p.string().$type<ReportJobId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('report_job_no_unique'),
    /** Whose report it is; null for the platform's. */
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    report: p.string().length(64).collation('ascii_bin'),
    format: p.string().$type<ReportFormat>().length(8).collation('ascii_bin'),
    /** JSON. */
    params: p.text(),
    /** ISO 8601 UTC, as exact as it was given. */
    asOf: p.string().length(30).collation('ascii_bin'),
    /** As the file names who asked for it. */
    requester: p.string().length(255),
    actor: p.string().length(120).collation('ascii_bin'),
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    state: p.string().$type<ReportJobState>().length(12).collation('ascii_bin'),
    /** Percent. */
    progress: p.integer().default(0),
    /** Counts the tries; only the latest one's pieces count. */
    attempts: p.integer().default(0),
    reason: p.string().length(255).nullable(),
    fileName: p.string().length(120).nullable(),
    contentType: p.string().length(120).collation('ascii_bin').nullable(),
    sizeBytes: p.bigint('number').nullable(),
    /** SHA-256 of the file's bytes, in hexadecimal. */
    digest: p.string().length(64).collation('ascii_bin').nullable(),
    /** What download links of this file are signed with. */
    linkKey: p.string().length(64).collation('ascii_bin'),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    finishedAt: p.datetime(6).nullable(),
    expiresAt: p.datetime(6).nullable(),
  },
});
/** A report that somebody asked for and is made in the background; all that is needed to make it is here. */
export class ReportJob extends ReportJobSchema.class {}
ReportJobSchema.setClass(ReportJob);
