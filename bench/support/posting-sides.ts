import { createPoster } from '../../src/ledger/poster.ts';
import type { PostingResult } from '../../src/ledger/poster-contract.ts';
import { openBenchBook, proveBenchBook } from './bench-book.ts';
import { runCallers } from './callers.ts';
import type { BenchContext } from '../contract.ts';
import { Workload, type Outcome, type Wish, type WorkloadOptions } from './postings.ts';
import { RawPoster } from './raw-poster.ts';
import type { Side } from './rounds.ts';

/** One way of posting, on a database of its own. */
export interface PostingSide extends Side {
  /** Proves the book, and compares it with what the callers were told. */
  prove(): Promise<void>;
}

interface Load {
  readonly callers: number;
  readonly workload: WorkloadOptions;
}

/** Our ledger service: one poster, shared by all callers, as in the worker. */
export async function openOurSide(context: BenchContext, load: Load): Promise<PostingSide> {
  const database = await openBenchBook(context);
  const poster = createPoster({ databaseUrl: database.url });
  context.owns(() => poster.close());
  const post = async (_caller: number, { transaction, rider }: Wish): Promise<Outcome> => {
    const result = await (rider === undefined
      ? poster.post(transaction)
      : poster.post(transaction, { onSuccess: [rider] }));
    return outcomeOf(result);
  };
  const side = sideOf('ours', { context, load, post });
  return { ...side, prove: () => proveBenchBook(database, side.told) };
}

/** mysql2 alone: one connection per caller. */
export async function openRawSide(context: BenchContext, load: Load): Promise<PostingSide> {
  const database = await openBenchBook(context);
  const posters = await Promise.all(Array.from({ length: load.callers }, () => RawPoster.open(database.url)));
  context.owns(() => Promise.all(posters.map((poster) => poster.close())));
  const side = sideOf('raw mysql2', { context, load, post: (caller, wish) => posters[caller]!.post(wish) });
  return { ...side, prove: () => proveBenchBook(database, side.told) };
}

interface Recipe {
  readonly context: BenchContext;
  readonly load: Load;
  readonly post: (caller: number, wish: Wish) => Promise<Outcome>;
}

/** Every answer counts, posted or not, and every answer must be the one that was due. */
function sideOf(name: string, { context, load, post }: Recipe): Side & { told: { posted: number; ridden: number } } {
  const workload = new Workload(load.workload);
  const told = { posted: 0, ridden: 0 };
  const work = async (caller: number): Promise<void> => {
    const wish = workload.next(caller);
    const outcome = await post(caller, wish);
    if (outcome !== wish.outcome)
      throw new Error(`${name}: ${wish.transaction.opKey} is ${outcome}, not ${wish.outcome}.`);
    if (outcome !== 'posted') return;
    told.posted += 1;
    if (wish.rider !== undefined) told.ridden += 1;
  };
  const run = async (): Promise<number> => (await runCallers(load.callers, context.seconds, work)).perSecond;
  return { name, told, run };
}

function outcomeOf(result: PostingResult): Outcome {
  if (result.kind === 'posted') return result.replayed ? 'replayed' : 'posted';
  if (result.code === 'insufficient_funds') return 'refused';
  throw new Error(`Refused as ${result.code}: ${result.detail}`);
}
