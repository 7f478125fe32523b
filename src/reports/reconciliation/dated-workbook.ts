import type { Writable } from 'node:stream';
import ExcelJS from 'exceljs';

/** What the writer calls its archive, and does with it; the types of the library leave it out. */
interface Archive {
  append(source: unknown, entry: { name: string; date?: Date }): Archive;
}
interface WriterInside {
  readonly zip: Archive;
  addThemes(): Promise<void>;
}
/** A workbook under way. */
export type OpenWorkbook = Pick<
  ExcelJS.stream.xlsx.WorkbookWriter,
  'addWorksheet' | 'commit' | 'creator' | 'lastModifiedBy'
>;
type WriterOptions = ConstructorParameters<typeof ExcelJS.stream.xlsx.WorkbookWriter>[0];
const BaseWriter = ExcelJS.stream.xlsx.WorkbookWriter as unknown as new (
  options: WriterOptions & { created: Date; modified: Date },
) => OpenWorkbook & WriterInside;

/**
 * A workbook that is written while it is made, and whose every date is `at`: the library dates the files inside by the
 * clock, and the same inputs would give other bytes each second (decisions D35).
 */
export function openWorkbook(stream: Writable, at: Date): OpenWorkbook {
  class DatedWriter extends BaseWriter {
    /** The first thing that the library's constructor writes: before it, every file gets its date. */
    override addThemes(): Promise<void> {
      const append = this.zip.append.bind(this.zip);
      this.zip.append = (source, entry) => append(source, { ...entry, date: at });
      return super.addThemes();
    }
  }
  return new DatedWriter({ stream, useStyles: true, useSharedStrings: false, created: at, modified: at });
}
