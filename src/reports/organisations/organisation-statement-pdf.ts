import type { Readable } from 'node:stream';
import type { OrganisationFile } from './organisation-statement.ts';
import { pdfOf, type PdfOptions } from '../statement-pdf.ts';

/** An organisation's statement as PDF, in its own local days. */
export function organisationPdf(file: OrganisationFile, days: Pick<PdfOptions, 'from' | 'to'>): Promise<Readable> {
  const { name, no, address, zone } = file.organisation;
  const particulars = [
    `Organisation number ${no}`,
    ...(address === null ? [] : address.split(/\r?\n/)),
    ...(file.search === undefined ? [] : [`Rows with: ${file.search}`]),
  ];
  return pdfOf({ ...file, batches: file.plainBatches, name, particulars }, { ...days, zone });
}
