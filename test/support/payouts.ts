import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { BankAccount } from '../../src/domain/organisations/bank-account.ts';
import { parseCurrency } from '../../src/domain/currency.ts';
import {
  bankDetailId,
  payoutId,
  settlementItemId,
  settlementRunId,
  type OrganisationId,
} from '../../src/domain/ids.ts';
import { organisationAccount } from '../../src/domain/ledger-account.ts';
import { money } from '../../src/domain/money.ts';
import type { PayoutMethod } from '../../src/domain/settlement/payout.ts';
import { settlementFigures } from '../../src/domain/settlement/settlement.ts';
import { BankDetail } from '../../src/entities/organisations/bank-detail.entity.ts';
import { newId } from '../../src/entities/new-id.ts';
import { unitOfWork, type Orm } from '../../src/entities/orm.ts';
import { sealText, type SealKeys } from '../../src/entities/sealed-text.ts';
import { createPoster } from '../../src/ledger/poster.ts';
import { openingBalance } from '../../src/ledger/postings/correction.ts';
import { settlement } from '../../src/ledger/postings/settlement.ts';

/** Keys of one test process. */
export const testSealKeys: SealKeys = { keys: [{ name: 'test', key: randomBytes(32) }] };

export interface MadePayout {
  readonly id: string;
  readonly no: number;
  readonly organisation: string;
  readonly run: string;
}

export interface PayoutWish {
  readonly organisation: OrganisationId;
  readonly balanceMinor?: number;
  readonly floatMinor?: number;
  readonly feeBp?: number;
  readonly currency?: string;
  readonly method?: PayoutMethod;
  readonly period?: string;
  readonly run?: string;
  readonly account?: BankAccount | null;
  readonly keys?: SealKeys;
}

/** A new version of an organisation's bank details. */
export async function giveBankDetail(
  orm: Orm,
  organisation: OrganisationId,
  { account, currency = 'AUD', keys = testSealKeys }: { account: BankAccount; currency?: string; keys?: SealKeys },
): Promise<string> {
  const em = unitOfWork(orm);
  const no = (await em.count(BankDetail, { organisationId: organisation, currency })) + 1;
  const id = bankDetailId(newId('bankDetail'));
  const masked =
    account.scheme === 'bsb' ? `${account.bsb} …${account.accountNo.slice(-3)}` : `…${account.iban.slice(-4)}`;
  const sealed = sealText(keys, id, JSON.stringify(account));
  const fields = { organisationId: organisation, no, currency, scheme: account.scheme, sealed, masked };
  await em.persist(em.create(BankDetail, { id, ...fields, actor: 'test', createdAt: new Date() })).flush();
  return id;
}

export const clubAccount: BankAccount = {
  scheme: 'bsb',
  bsb: '062001',
  accountNo: '1234567',
  accountName: 'Rival Club',
};

/**
 * A settled organisation whose payout waits, as a settlement run leaves it: the posting, the payout and the item with its
 * claim in one commit. SET-02 unless said otherwise: 1000.00, float 200.00, 5 %, tax 10 % of what is kept.
 */
export async function plannedPayout(place: { orm: Orm; databaseUrl: string }, wish: PayoutWish): Promise<MadePayout> {
  const { organisation, balanceMinor = 100_000, floatMinor = 20_000, feeBp = 500, method = 'bank' } = wish;
  const currency = parseCurrency(wish.currency ?? 'AUD');
  const { period = '2026-10', run = newId('settlementRun'), account = clubAccount, keys = testSealKeys } = wish;
  const basis = { balanceMinor, floatMinor, overrideMinor: null, feeBp, taxBp: 1_000 };
  const figures = settlementFigures(basis);
  if (figures === null) throw new Error('There is nothing to settle.');
  const detail = account === null ? null : await giveBankDetail(place.orm, organisation, { account, currency, keys });
  const id = payoutId(newId('payout'));
  const at = new Date();
  const poster = createPoster({ databaseUrl: place.databaseUrl });
  try {
    const opened = await poster.post(
      openingBalance({
        id: randomUUID().slice(0, 20),
        account: organisationAccount(organisation, currency),
        amount: money(balanceMinor, currency),
        ...{ occurredAt: at.toISOString(), description: 'Opening balance', actor: 'test' },
      }),
    );
    if (opened.kind !== 'posted') throw new Error(JSON.stringify(opened));
    const transaction = settlement({
      ...{ runId: run, organisationId: organisation, payoutId: id, currency },
      payout: money(figures.payoutMinor, currency),
      fee: money(figures.feeMinor, currency),
      tax: money(figures.taxMinor, currency),
      ...{ occurredAt: at.toISOString(), description: `Settlement ${period}` },
    });
    const row = {
      ...{ id, run_id: run, organisation_id: organisation, period, currency, amount_minor: figures.payoutMinor },
      ...{ settled_minor: figures.settledMinor, fee_minor: figures.feeMinor, tax_minor: figures.taxMinor },
      ...{ method, state: 'planned', attempt_no: 1, bank_detail_id: detail, settlement_op_key: transaction.opKey },
      ...{ created_at: at, updated_at: at },
    };
    const item = {
      ...{ id: settlementItemId(newId('settlementItem')), run_id: settlementRunId(run), organisation_id: organisation },
      ...{ currency, period, claim: `${organisation}-${period}-${currency}`, state: 'posted', ledger_seq: 1 },
      ...{ balance_minor: balanceMinor, float_minor: floatMinor, settled_minor: figures.settledMinor, fee_bp: feeBp },
      ...{ fee_version: 'test', fee_minor: figures.feeMinor, tax_minor: figures.taxMinor },
      ...{ payout_minor: figures.payoutMinor, method, bank_detail_id: detail, payout_id: id, updated_at: at },
    };
    const riders = {
      onSuccess: [
        { insert: 'payout', row },
        { insert: 'settlement_item', row: item },
      ],
    };
    const posted = await poster.post(transaction, riders);
    if (posted.kind !== 'posted') throw new Error(JSON.stringify(posted));
  } finally {
    await poster.close();
  }
  const [shown] = await place.orm.em
    .getConnection()
    .execute<{ no: number }[]>('SELECT no FROM payout WHERE id = ?', [id]);
  return { id, no: shown?.no ?? 0, organisation, run };
}

/** SHA-256 in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
