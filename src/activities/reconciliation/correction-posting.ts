import { parseCurrency } from '../../domain/currency.ts';
import { invariant } from '../../domain/invariant.ts';
import { memberId, organisationId } from '../../domain/ids.ts';
import { memberAccount, organisationAccount } from '../../domain/ledger-account.ts';
import type { NewLedgerTransaction } from '../../domain/ledger.ts';
import { money } from '../../domain/money.ts';
import { outsidePayoutRider } from '../../entities/reconciliation/correction-rows.ts';
import type { Correction } from '../../entities/reconciliation/correction.entity.ts';
import { balanceAdjusted } from '../../entities/members/member-notices.ts';
import { Organisation } from '../../entities/organisations/organisation.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import { readBalance } from '../../ledger/balance.read.ts';
import { adjustment, openingBalance, writeOff } from '../../ledger/postings/correction.ts';
import { manualSettlement } from '../../ledger/postings/settlement.ts';
import type { Rider } from '../../ledger/riders.ts';
import { localTimestamp } from '../../reports/local-day.ts';
import type { PaymentDependencies } from '../payments/payment-desk.ts';

export type CorrectionDependencies = Pick<PaymentDependencies, 'orm' | 'pool' | 'poster' | 'now'>;

/** A correction in the book, with what commits with it. */
export interface CorrectionPosting {
  readonly transaction: NewLedgerTransaction;
  readonly riders: readonly Rider[];
}

/** Why it cannot be booked now; null when it can. A write-off gives up what is owed and never gives more. */
export async function obstacleTo({ pool }: CorrectionDependencies, correction: Correction): Promise<string | null> {
  if (correction.kind !== 'write_off') return null;
  const account = await readBalance(pool, accountOf(correction).code);
  const owedMinor = 0 - (account?.balance.amountMinor ?? 0);
  return correction.amountMinor > owedMinor ? 'exceeds_debt' : null;
}

/** The row of the posting table that the correction is (decisions 1). */
export async function correctionPosting(
  deps: CorrectionDependencies,
  correction: Correction,
  at: Date,
): Promise<CorrectionPosting> {
  if (correction.kind === 'manual_settlement') return settledOutside(deps, correction, at);
  const currency = parseCurrency(correction.currency);
  const booked = {
    id: correction.id,
    account: accountOf(correction),
    amount: money(correction.amountMinor, currency),
    occurredAt: at.toISOString(),
    description: correction.description,
    actor: administratorOf(correction),
  };
  if (correction.kind === 'opening_balance') return { transaction: openingBalance(booked), riders: [] };
  if (correction.kind === 'adjustment') return { transaction: adjustment(booked), riders: wordOf(correction, at) };
  const { loss } = correction;
  invariant(loss !== null && loss !== undefined, `Write-off ${correction.id} does not say as what`);
  return { transaction: writeOff({ ...booked, as: loss }), riders: [] };
}

async function settledOutside(
  { orm }: CorrectionDependencies,
  correction: Correction,
  at: Date,
): Promise<CorrectionPosting> {
  const { payoutId, feeMinor, taxMinor, payoutMinor } = correction;
  invariant(payoutId !== null && payoutId !== undefined, `Settlement ${correction.id} has no payout`);
  const currency = parseCurrency(correction.currency);
  const paid = (minor: number | null | undefined) => money(minor ?? 0, currency);
  const transaction = manualSettlement({
    organisationId: correction.holderId,
    payoutId,
    currency,
    payout: paid(payoutMinor),
    fee: paid(feeMinor),
    tax: paid(taxMinor),
    occurredAt: at.toISOString(),
    description: correction.description,
    actor: administratorOf(correction),
  });
  const { zone } = await unitOfWork(orm).findOneOrFail(Organisation, { id: organisationId(correction.holderId) });
  const period = localTimestamp(at.toISOString(), zone).slice(0, 'YYYY-MM'.length);
  return { transaction, riders: [outsidePayoutRider(correction, { at, period, opKey: transaction.opKey })] };
}

/** Members are told of adjustments by the app (decisions D19). */
function wordOf(correction: Correction, at: Date): readonly Rider[] {
  const { id, holderKind, holderId, amountMinor, currency, description } = correction;
  if (holderKind !== 'member') return [];
  const adjusted = { memberId: memberId(holderId), sourceId: id, amountMinor, currency, description };
  return [balanceAdjusted(adjusted, at)];
}

function accountOf({ holderKind, holderId, currency: code }: Correction) {
  const currency = parseCurrency(code);
  return holderKind === 'member' ? memberAccount(holderId, currency) : organisationAccount(holderId, currency);
}

/** The administrator on the other side of the entry: the person where one is known, else the key. */
function administratorOf({ actor, assertedActor }: Correction): string {
  return assertedActor ?? actor;
}
