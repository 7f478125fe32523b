import { createPoster } from '../../src/ledger/poster.ts';
import type { PosterItem, PosterResult } from '../../src/ledger/poster-contract.ts';

// A process of its own that posts what its parent sends: to be raced against another one, or killed.

/** Lists of items, one list per caller; each caller waits for one item before it asks for the next. */
export interface BookOrder {
  readonly databaseUrl: string;
  readonly callers: readonly (readonly PosterItem[])[];
}

/** Sent for every item as soon as it is answered. */
export interface BookAnswer {
  readonly kind: 'answer';
  readonly caller: number;
  readonly index: number;
  readonly result: PosterResult | { readonly kind: 'failed'; readonly message: string };
}

export type BookMessage = { readonly kind: 'ready' } | { readonly kind: 'done' } | BookAnswer;

process.on('message', (order: BookOrder) => {
  void obey(order);
});
tell({ kind: 'ready' });

async function obey(order: BookOrder): Promise<void> {
  const poster = createPoster({ databaseUrl: order.databaseUrl });
  const call = async (items: readonly PosterItem[], caller: number): Promise<void> => {
    for (const [index, item] of items.entries()) {
      tell({ kind: 'answer', caller, index, result: await answerTo(item) });
    }
  };
  const answerTo = async (item: PosterItem): Promise<BookAnswer['result']> => {
    try {
      const [result] = await poster.postGroup([item]);
      return result ?? { kind: 'failed', message: 'No answer' };
    } catch (error) {
      return { kind: 'failed', message: String(error) };
    }
  };
  await Promise.all(order.callers.map(call));
  await poster.close();
  tell({ kind: 'done' });
}

function tell(message: BookMessage): void {
  process.send?.(message);
}
