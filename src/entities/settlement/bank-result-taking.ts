import type { SqlEntityManager } from '@mikro-orm/sql';
import type { BankNews, BankResultFormat, BankWord } from '../../domain/settlement/bank-result.ts';
import { DomainError } from '../../domain/errors.ts';
import { bankResultId, type PayoutId } from '../../domain/ids.ts';
import { BankResultLine } from './bank-result-line.entity.ts';
import { BankResult } from './bank-result.entity.ts';
import { newId } from '../new-id.ts';
import { PayoutFileLine } from './payout-file-line.entity.ts';
import { PayoutFile } from './payout-file.entity.ts';
import { Payout } from './payout.entity.ts';

export interface NewBankResult {
  readonly digest: string;
  readonly format: BankResultFormat;
  readonly news: BankNews;
  readonly actor: string;
  readonly at: Date;
}

/** A word with the attempt that it is about. */
interface KnownWord {
  readonly word: BankWord;
  readonly line: Pick<PayoutFileLine, 'payoutId' | 'attemptNo'>;
}

/**
 * Writes a bank's file down with a line for each payment, to be told one by one. Refused as a whole:
 * `bank_result_foreign` for a payment or file that is not ours, `bank_result_totals` for an amount that is not ours.
 */
export async function takeBankResult(
  em: SqlEntityManager,
  { digest, format, news, actor, at }: NewBankResult,
): Promise<{ readonly result: BankResult; readonly lines: readonly BankResultLine[] }> {
  const known = [...(await wordsOf(em, news.words)), ...(await fileWordsOf(em, news, at))];
  const id = bankResultId(newId('bankResult'));
  const result = em.create(BankResult, { id, digest, format, words: known.length, actor, createdAt: at });
  const lines = known.map(({ word, line }, index) =>
    em.create(BankResultLine, {
      ...{ resultId: id, lineNo: index + 1, payoutId: line.payoutId, attemptNo: line.attemptNo },
      ...{ result: word.result, reason: word.reason, outcome: 'pending' as const },
    }),
  );
  em.persist([result, ...lines]);
  await em.flush();
  return { result, lines };
}

/** The result that was made of these bytes; null where they are new. */
export async function resultOfBytes(em: SqlEntityManager, digest: string): Promise<BankResult | null> {
  return em.findOne(BankResult, { digest });
}

async function wordsOf(em: SqlEntityManager, words: readonly BankWord[]): Promise<readonly KnownWord[]> {
  const references = words.map(({ reference }) => reference);
  const lines = await em.find(PayoutFileLine, { reference: { $in: references } });
  const byReference = new Map(lines.map((line) => [line.reference, line]));
  const amounts = await amountsOf(
    em,
    lines.map(({ payoutId }) => payoutId),
  );
  return words.map((word) => {
    const line = byReference.get(word.reference);
    if (line === undefined) throw new DomainError('bank_result_foreign', `${word.reference} is no payment of ours.`);
    if (word.amountMinor !== null && word.amountMinor !== amounts.get(line.payoutId)) {
      throw new DomainError('bank_result_totals', `${word.reference} was for another amount.`);
    }
    return { word, line };
  });
}

/** A file that was accepted is marked; of one that was rejected, every payment came back. */
async function fileWordsOf(em: SqlEntityManager, { files }: BankNews, at: Date): Promise<readonly KnownWord[]> {
  const known: KnownWord[] = [];
  for (const { fileNo, result, reason } of files) {
    const file = await em.findOne(PayoutFile, { no: fileNo });
    if (file === null) throw new DomainError('bank_result_foreign', `File ${fileNo} is none of ours.`);
    if (result === 'accepted') {
      file.acceptedAt ??= at;
      continue;
    }
    for (const line of await em.find(PayoutFileLine, { fileId: file.id })) {
      const word = { reference: line.reference, result: 'returned', reason: reason ?? 'file rejected' } as const;
      known.push({ word: { ...word, amountMinor: null }, line });
    }
  }
  return known;
}

async function amountsOf(em: SqlEntityManager, ids: readonly PayoutId[]): Promise<ReadonlyMap<PayoutId, number>> {
  const payouts = await em.find(Payout, { id: { $in: [...ids] } });
  return new Map(payouts.map(({ id, amountMinor }) => [id, amountMinor]));
}
