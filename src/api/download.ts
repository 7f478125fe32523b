import type { Readable } from 'node:stream';
import type { Answer } from './route.ts';

/** A file that is made while it is sent. */
export interface Download {
  readonly fileName: string;
  readonly contentType: string;
  readonly stream: Readable;
  /** The instant that it shows, ISO 8601 UTC, where it shows one. */
  readonly asOf?: string;
}

/** What a file's `asOf` promises (decisions D35). */
export const sameBytes =
  'which the header `Tillflow-As-Of` names: asking for that instant again gives the same bytes, unless somebody was renamed meanwhile.';

/** What a browser needs to know of a file. */
export function fileHeaders(file: Pick<Download, 'fileName' | 'contentType'>): Record<string, string> {
  return {
    'Content-Type': file.contentType,
    'Content-Disposition': `attachment; filename="${file.fileName}"`,
  };
}

/** Sends a file. */
export function download({ asOf, stream, ...file }: Download): Answer {
  const of = asOf === undefined ? {} : { 'Tillflow-As-Of': asOf };
  return { status: 200, headers: { ...fileHeaders(file), ...of }, stream };
}
