import type { Readable } from 'node:stream';
import type { MemberFile } from '../statement-file.ts';
import { pdfOf, type PdfOptions } from '../statement-pdf.ts';

/** A member's statement as PDF (cobalt.md 3.1). */
export function statementPdf(file: MemberFile, options: PdfOptions): Promise<Readable> {
  const { name, no, rank, homeClub } = file.header;
  const particulars = [`Member number ${no}${rank === null ? '' : `, ${rank}`}`, `Home club: ${homeClub}`];
  return pdfOf({ ...file, name, particulars }, options);
}
