import type { Principal } from '../domain/principal.ts';
import { ProcessorRefusal } from '../domain/processor-refusal.ts';
import { ProcessorSilence } from '../domain/processor-silence.ts';
import { unitOfWork, type Orm } from '../entities/orm.ts';
import type { ProcessorAccount } from '../entities/processor-account.entity.ts';
import { scopedTo } from '../entities/scoped-reads.ts';
import type { ProcessorFigures } from '../stripe/processor-figures.direct.ts';

/** How processors are asked for figures while somebody waits. */
export interface FigureParts {
  readonly orm: Orm;
  readonly figuresAt: (account: ProcessorAccount) => ProcessorFigures;
}

/** What the processor says, or null when it says nothing, refuses, or is none that can be asked: a page is shown all the same. */
export async function askFigures<T>(
  { figuresAt }: FigureParts,
  account: ProcessorAccount,
  question: (figures: ProcessorFigures) => Promise<T>,
): Promise<T | null> {
  if (account.provider !== 'stripe') return null;
  try {
    return await question(figuresAt(account));
  } catch (error) {
    if (error instanceof ProcessorSilence || error instanceof ProcessorRefusal) return null;
    throw error;
  }
}

/** The accounts that `principal` may see; there are few. */
export async function processorAccountsOf({ orm }: FigureParts, principal: Principal) {
  const { rows } = await scopedTo(unitOfWork(orm), principal).processorAccounts({ limit: 100, after: null });
  return rows;
}
