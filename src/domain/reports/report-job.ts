/** How a report is written down. */
export type ReportFormat = 'csv' | 'xlsx' | 'pdf';

/** `expired`: it was made, and its file is gone. */
export type ReportJobState = 'queued' | 'running' | 'done' | 'failed' | 'expired';

/** Files of reports are kept so long, in ms (decisions D37). */
export const reportFileLifeMs = 7 * 24 * 3_600_000;

/** A download link serves so long, in ms: enough to follow it, too short to be passed on. */
export const reportLinkLifeMs = 5 * 60_000;

/** How often a report is tried before it has failed. */
export const reportAttemptsMax = 3;

/** A try that was not heard of for so long, in ms, is taken for dead. */
export const reportSilenceMs = 60_000;
