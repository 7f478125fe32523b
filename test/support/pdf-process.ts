import { buffer } from 'node:stream/consumers';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { ReadPdf } from './pdf.ts';

/** Reads a PDF from its input and tells what is on its pages: a process of its own, since this reader is no CommonJS. */
const loading = getDocument({ data: new Uint8Array(await buffer(process.stdin)), verbosity: 0 });
const document = await loading.promise;
const pages: ReadPdf['pages'][number][] = [];
for (let no = 1; no <= document.numPages; no += 1) {
  const { items } = await (await document.getPage(no)).getTextContent();
  const written = items.flatMap((item) => ('str' in item && item.str.trim() !== '' ? [item] : []));
  pages.push(written.map(({ str, transform }) => ({ text: str, x: Number(transform[4]), y: Number(transform[5]) })));
}
const { info } = await document.getMetadata();
process.stdout.write(JSON.stringify({ pages, info }));
await loading.destroy();
