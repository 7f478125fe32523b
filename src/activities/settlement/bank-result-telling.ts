import { bankResultId, type PayoutId } from '../../domain/ids.ts';
import { DomainError } from '../../domain/errors.ts';
import type { BankWordOutcome } from '../../domain/settlement/bank-result.ts';
import { BankResultLine } from '../../entities/settlement/bank-result-line.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { openPayout, type PayoutDependencies } from './payout-desk.ts';
import { hearBank, raiseAttention } from './payout-words.ts';

const pageSize = 50;

/** What one page of a bank's file did. */
export interface BankResultPage {
  readonly more: boolean;
  /** Payouts that moved, whose workflows should look. */
  readonly moved: readonly PayoutId[];
}

/** Books a page of words that are still to be told; each once, however often this is tried. */
export async function tellBankWords(deps: PayoutDependencies, request: { resultId: string }): Promise<BankResultPage> {
  const em = unitOfWork(deps.orm);
  const resultId = bankResultId(request.resultId);
  const lines = await em.find(
    BankResultLine,
    { resultId, outcome: 'pending' },
    { orderBy: { lineNo: 'asc' }, limit: pageSize },
  );
  const moved: PayoutId[] = [];
  for (const line of lines) {
    line.outcome = await tell(deps, line);
    if (line.outcome === 'booked') moved.push(line.payoutId);
    await em.flush();
  }
  return { more: lines.length === pageSize, moved };
}

async function tell(deps: PayoutDependencies, line: BankResultLine): Promise<BankWordOutcome> {
  const before = await openPayout(deps, line.payoutId);
  const kind = line.result === 'paid' ? 'confirm' : 'return';
  const reason = line.reason ?? (kind === 'confirm' ? 'paid by the bank’s file' : 'the bank gave no reason');
  const request = { payoutId: line.payoutId, kind, attemptNo: line.attemptNo, reason } as const;
  const answer = await hearUntilItFits(deps, request);
  if (answer.refused === null) return answer.state === before.payout.state ? 'known' : 'booked';
  const says = `the bank says ${line.result} of attempt ${line.attemptNo}, the payout is ${answer.state}`;
  await raiseAttention(deps, { payoutId: line.payoutId, reason: says });
  return 'contradicts';
}

/** Another word may come at the same moment: it is judged again by what that one left. */
export async function hearUntilItFits(deps: PayoutDependencies, request: Parameters<typeof hearBank>[1]) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await hearBank(deps, request);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'conflict' || tries === 5) throw error;
    }
  }
}
