import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Scope, ScopeLevel } from '../domain/principal.ts';
import type { ReportFormat } from '../domain/reports/report-job.ts';
import type { Role } from '../domain/roles.ts';
import type { SqlReader } from '../ledger/sql-reader.read.ts';

/** What reports are made from. */
export interface ReportSources {
  readonly reader: SqlReader;
  /** The deployment's zone, whose days count where no other is named (decisions D6). */
  readonly zone: string;
}

/** All that the bytes of a file depend on, besides the book itself (decisions D35). */
export interface ReportRequest<P> {
  readonly params: P;
  readonly format: ReportFormat;
  /** ISO 8601 UTC; nothing recorded later is in the report. */
  readonly asOf: string;
  /** Who asks, as the file names them. */
  readonly requester: string;
  /** What of the world they may see. */
  readonly scope: Scope;
}

/** A report as a file, made while it is read. */
export interface MadeReport {
  readonly stream: Readable;
  readonly fileName: string;
  readonly contentType: string;
  /** How much of it is made, in percent; for whoever waits. */
  readonly progress: () => number;
}

/** A report by name: the same definition serves its direct download and its job, so that their bytes are the same. */
export interface ReportSpec<P extends z.ZodObject> {
  /** As addresses have it, such as `member-balances`. */
  readonly name: string;
  readonly summary: string;
  readonly formats: readonly ReportFormat[];
  /** Takes the query of the direct download, and `params` of a job. */
  readonly params: P;
  readonly needs: { readonly scope: ScopeLevel; readonly roles: readonly Role[] };
  /** Throws `DomainError` for what can be refused before anything is made: `not_found` for what is not the caller's. */
  check?(sources: ReportSources, request: Pick<ReportRequest<z.output<P>>, 'params' | 'scope' | 'asOf'>): Promise<void>;
  open(sources: ReportSources, request: ReportRequest<z.output<P>>): Promise<MadeReport>;
}

/** A report whose parameters are no longer known to the compiler; they are parsed by `params` all the same. */
export interface Report extends Omit<ReportSpec<z.ZodObject>, 'check' | 'open'> {
  check?(sources: ReportSources, request: Pick<ReportRequest<never>, 'params' | 'scope' | 'asOf'>): Promise<void>;
  open(sources: ReportSources, request: ReportRequest<never>): Promise<MadeReport>;
}

/** Declares a report, so that its functions get what its parameters promise. */
export function report<P extends z.ZodObject>(spec: ReportSpec<P>): Report {
  return spec;
}
