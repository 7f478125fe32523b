import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The bundled fonts of documents: DejaVu knows Latin with all its accents, Greek and Cyrillic (decisions D35). */
export interface PdfFonts {
  readonly plain: Buffer;
  readonly bold: Buffer;
}

let reading: Promise<PdfFonts> | undefined;

/** The fonts, read from disk once per process. */
export function pdfFonts(): Promise<PdfFonts> {
  reading ??= read();
  return reading;
}

async function read(): Promise<PdfFonts> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');
  const [plain, bold] = await Promise.all([
    readFile(join(folder, 'DejaVuSans.ttf')),
    readFile(join(folder, 'DejaVuSans-Bold.ttf')),
  ]);
  return { plain, bold };
}
