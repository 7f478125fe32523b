import { bookLists, type BookList } from '../../domain/reconciliation/processor-books-port.ts';
import type { Range } from '../../entities/reconciliation/reconciliation-books.ts';
import type { ReconciliationDesk } from './reconciliation-desk.ts';

/** How far the reading of a day has come; the next worker goes on from here. */
export interface ReadingCursor {
  readonly list: BookList;
  readonly after: string | null;
  readonly lines: number;
}

const dayMs = 24 * 3_600_000;
/** Objects change after they were made: how long ago those may be that are read again. */
const lookBackDays: Readonly<Record<BookList, number>> = {
  lines: 0,
  charges: 0,
  refunds: 7,
  disputes: 120,
  payouts: 14,
};

/** Reads the processor's lists of a day into our tables, page by page. Reading a page twice changes nothing. */
export async function readDay(
  { deps, account, books, day }: ReconciliationDesk,
  cursor: { readonly from: ReadingCursor | undefined; readonly moved: (cursor: ReadingCursor) => void },
): Promise<{ readonly lines: number }> {
  const port = deps.booksAt(account);
  const began = cursor.from ?? { list: bookLists[0], after: null, lines: 0 };
  let { after, lines } = began;
  for (const list of bookLists.slice(bookLists.indexOf(began.list))) {
    do {
      const page = await port.readBookPage({ list, ...rangeOf(list, day), after });
      await books.keepLines(page.lines);
      await books.keepObjects(page.objects, deps.now().toISOString());
      lines += page.lines.length;
      after = page.next;
      if (after !== null) cursor.moved({ list, after, lines });
    } while (after !== null);
  }
  return { lines };
}

function rangeOf(list: BookList, { from, until }: Range): Range {
  return { from: new Date(Date.parse(from) - lookBackDays[list] * dayMs).toISOString(), until };
}
