import type { ObjectStatus, ProviderLine } from './reconciliation.ts';

/** The lists that a processor keeps of what happened on an account. */
export const bookLists = ['lines', 'charges', 'refunds', 'disputes', 'payouts'] as const;
export type BookList = (typeof bookLists)[number];

/** An object as the processor tells it, in our words. */
export interface ProviderObjectFact extends Pick<ObjectStatus, 'objectRef' | 'kind' | 'createdAt'> {
  readonly status: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export interface BookPageRequest {
  readonly list: BookList;
  /** Half-open, ISO 8601 UTC, by when the processor made them. */
  readonly from: string;
  readonly until: string;
  /** `next` of the page before. */
  readonly after: string | null;
}

export interface BookPage {
  readonly lines: readonly ProviderLine[];
  readonly objects: readonly ProviderObjectFact[];
  /** Null on the last page. */
  readonly next: string | null;
}

/** Reading a processor's own books, page by page. Silence throws, so that the page is asked for again. */
export interface ProcessorBooksPort {
  readBookPage(request: BookPageRequest): Promise<BookPage>;
}
