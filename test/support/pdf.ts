import { execFile } from 'node:child_process';
import { resolve } from 'node:path';

/** A piece of text where it stands, in points from the lower left corner. */
export interface PdfText {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** What a reader of another maker finds in a PDF. */
export interface ReadPdf {
  readonly pages: readonly (readonly PdfText[])[];
  readonly info: Readonly<Record<string, unknown>>;
}

/** Reads `bytes` with pdf.js. */
export function readPdf(bytes: Uint8Array): Promise<ReadPdf> {
  const node = resolve(import.meta.dirname, '../../node_modules/.bin/node');
  const program = resolve(import.meta.dirname, 'pdf-process.ts');
  return new Promise((done, failed) => {
    const child = execFile(node, [program], { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) done(JSON.parse(stdout) as ReadPdf);
      else failed(new Error(stderr, { cause: error }));
    });
    child.stdin?.end(bytes);
  });
}

/** The lines of a page from top to bottom: what stands at one height, from left to right. */
export function linesOn(page: readonly PdfText[]): string[] {
  const heights = Map.groupBy(page, ({ y }) => Math.round(y));
  return [...heights]
    .sort(([upper], [lower]) => lower - upper)
    .map(([, texts]) => [...texts].sort((left, right) => left.x - right.x))
    .map((texts) => texts.map(({ text }) => text).join(' | '));
}
