import type { Currency } from '../../domain/currency.ts';
import { parseCurrency } from '../../domain/currency.ts';
import type { FeeTax, FeeTaxes } from '../../domain/organisations/fee-tax.ts';
import type { InvoiceIssuer } from '../../domain/settlement/invoice-issuer.ts';
import { add, includedTaxRoundedHalfUp, basisPoints, money, type Money } from '../../domain/money.ts';
import { payoutReference } from '../../domain/settlement/payout-file.ts';
import { BankDetail } from '../../entities/organisations/bank-detail.entity.ts';
import { unitOfWork } from '../../entities/orm.ts';
import type { PayoutDossier } from '../../entities/settlement/payout-rows.ts';
import type { Payout } from '../../entities/settlement/payout.entity.ts';
import { SettlementItem } from '../../entities/settlement/settlement-item.entity.ts';
import { SettlementRun } from '../../entities/settlement/settlement-run.entity.ts';
import type { Shelf } from '../../entities/shelf.ts';
import { localDayForPeople, startOfDay } from '../local-day.ts';
import type { MovementGroup } from '../movement-groups.ts';
import { readMovement, readOrganisationReport } from '../organisations/organisation-report.ts';
import { endOfPeriod } from './settlement-period.ts';

/** All that a remittance advice says of a payout; the same facts give the same document. */
export interface RemittanceAdviceFacts {
  readonly no: number;
  /** As the bank names the payment. */
  readonly reference: string;
  /** The local month, as `2026-10`. */
  readonly period: string;
  /** When it was settled, ISO 8601 UTC. */
  readonly settledAt: string;
  /** Whose days are shown. */
  readonly zone: string;
  readonly organisation: { readonly no: number; readonly name: string; readonly address: string | null };
  /** The account that was paid, masked; null where it was not paid to a bank. */
  readonly bank: string | null;
  /** At the beginning of the period. */
  readonly opening: Money;
  /** What the period is made of, the oldest first. */
  readonly movements: readonly MovementGroup[];
  /** At the end of the period: what it began with and all movements. */
  readonly closing: Money;
  readonly settled: Money;
  /** Without tax. */
  readonly fee: Money;
  readonly tax: Money;
  readonly payout: Money;
  /** Hundredths of a percent of what was settled; null where no plan says it. */
  readonly feeBp: number | null;
  /** Null for an organisation of our own, and where there is no fee. */
  readonly invoice: FeeInvoice | null;
}

/** The fee as an invoice names it. */
export interface FeeInvoice {
  readonly issuer: InvoiceIssuer;
  readonly total: Money;
  /** Null where the fee holds no tax. */
  readonly tax: { readonly label: string; readonly rateBp: number | null } | null;
}

export interface RemittanceSources extends Shelf {
  readonly issuer: InvoiceIssuer;
  readonly feeTaxes: FeeTaxes;
  readonly now: () => Date;
}

/** Reads what a payout’s advice says. Of the book only what was recorded within its period, which never changes. */
export async function readRemittanceAdvice(
  sources: RemittanceSources,
  { payout, organisation }: PayoutDossier,
): Promise<RemittanceAdviceFacts> {
  const currency = parseCurrency(payout.currency);
  const { zone, before, feeBp } = await frameOf(sources, payout, organisation.zone);
  const { id, no, name, address: given } = organisation;
  const address = given ?? null;
  const report = await readOrganisationReport(
    sources.pool,
    { id, no, name, address, zone, currency },
    { from: startOfDay(`${payout.period}-01`, zone), before, asOf: sources.now().toISOString() },
  );
  const { opening, closing } = await readMovement(sources.pool, report);
  return {
    ...{ no: payout.no, reference: payoutReference(payout.no, payout.attemptNo), period: payout.period },
    ...{ settledAt: payout.createdAt.toISOString(), zone, organisation: { no, name, address } },
    ...{ bank: await bankOf(sources, payout), opening, movements: report.groups.toReversed(), closing },
    ...{ ...figuresOf(payout, currency), feeBp },
    invoice: organisation.isInternal ? null : invoiceOf(sources, payout, currency),
  };
}

/** Zone, end and fee as the settlement was planned by; an organisation may have moved since. */
async function frameOf({ orm }: Pick<Shelf, 'orm'>, { id, runId, period }: Payout, zone: string) {
  const em = unitOfWork(orm);
  const item = await em.findOne(SettlementItem, { payoutId: id });
  const feeBp = item?.feeBp ?? null;
  const run = runId ? await em.findOne(SettlementRun, { id: runId }) : null;
  if (run === null) return { zone, before: endOfPeriod(period, zone), feeBp };
  return { zone: run.zone, before: run.referenceAt.toISOString(), feeBp };
}

function figuresOf(payout: Payout, currency: Currency) {
  return {
    settled: money(payout.settledMinor, currency),
    fee: money(payout.feeMinor, currency),
    tax: money(payout.taxMinor, currency),
    payout: money(payout.amountMinor, currency),
  };
}

async function bankOf({ orm }: Pick<Shelf, 'orm'>, { method, bankDetailId }: Payout): Promise<string | null> {
  if (method !== 'bank' || bankDetailId === null || bankDetailId === undefined) return null;
  return (await unitOfWork(orm).findOneOrFail(BankDetail, { id: bankDetailId })).masked;
}

function invoiceOf({ issuer, feeTaxes }: RemittanceSources, payout: Payout, currency: Currency): FeeInvoice | null {
  const { fee, tax } = figuresOf(payout, currency);
  const total = add(fee, tax);
  if (total.amountMinor === 0) return null;
  return { issuer, total, tax: tax.amountMinor === 0 ? null : taxOf(feeTaxes[currency], { total, tax }) };
}

/** The rate is only named where it gives the tax that was booked: it may have been changed since the settlement. */
function taxOf(feeTax: FeeTax | undefined, { total, tax }: { readonly total: Money; readonly tax: Money }) {
  if (feeTax === undefined) return { label: 'Tax', rateBp: null };
  const expected = includedTaxRoundedHalfUp(total, basisPoints(feeTax.rateBp));
  return { label: feeTax.label, rateBp: expected.amountMinor === tax.amountMinor ? feeTax.rateBp : null };
}

/** `1 Oct 2026 to 31 Oct 2026`. */
export function periodForPeople({ period, zone }: Pick<RemittanceAdviceFacts, 'period' | 'zone'>): string {
  const lastMoment = new Date(Date.parse(endOfPeriod(period, zone)) - 1).toISOString();
  return `${localDayForPeople(startOfDay(`${period}-01`, zone), zone)} to ${localDayForPeople(lastMoment, zone)}`;
}
