import type { SettlementPlanItem } from '../../domain/settlement/settlement-plan.ts';
import type { SettlementItemState } from '../../domain/settlement/settlement.ts';
import type { PayoutMethod } from '../../domain/settlement/payout.ts';
import { newId } from '../new-id.ts';
import { settlementClaim } from './settlement-plan.read.ts';
import { numberOf, optionalText, sqlTime, textOf, type SqlRow, type SqlValue, type Statement } from '../sql-pool.ts';

/** An item as its row has it. */
export interface SettlementItemRow extends SettlementPlanItem {
  readonly id: string;
  readonly payoutId: string;
  readonly version: number;
}

/** The columns that `itemOf` reads, of `settlement_item` as `i`. */
export const itemColumns = `i.id, i.organisation_id, i.currency, i.state, i.outcome, i.ledger_seq, i.balance_minor, i.float_minor,
  i.settled_minor, i.override_minor, i.override_by, i.override_reason, i.fee_bp, i.fee_version, i.fee_minor, i.tax_minor,
  i.payout_minor, i.method, i.bank_detail_id, i.payout_id, i.version`;

/** The item in `row`. */
export function itemOf(row: SqlRow): SettlementItemRow {
  return {
    id: textOf(row, 'id'),
    organisationId: textOf(row, 'organisation_id'),
    currency: textOf(row, 'currency'),
    state: textOf(row, 'state') as SettlementItemState,
    outcome: optionalText(row, 'outcome'),
    ledgerSeq: numberOf(row, 'ledger_seq'),
    balanceMinor: numberOf(row, 'balance_minor'),
    floatMinor: numberOf(row, 'float_minor'),
    settledMinor: numberOf(row, 'settled_minor'),
    overrideMinor: row['override_minor'] === null ? null : numberOf(row, 'override_minor'),
    overrideBy: optionalText(row, 'override_by'),
    overrideReason: optionalText(row, 'override_reason'),
    feeBp: numberOf(row, 'fee_bp'),
    feeVersion: textOf(row, 'fee_version'),
    feeMinor: numberOf(row, 'fee_minor'),
    taxMinor: numberOf(row, 'tax_minor'),
    payoutMinor: numberOf(row, 'payout_minor'),
    method: textOf(row, 'method') as PayoutMethod,
    bankDetailId: optionalText(row, 'bank_detail_id'),
    payoutId: textOf(row, 'payout_id'),
    version: numberOf(row, 'version'),
  };
}

/** All items of a run, in the order in which they were planned. */
export function itemsStatement(runId: string): Statement {
  return { sql: `SELECT ${itemColumns} FROM settlement_item i WHERE i.run_id = ? ORDER BY i.id`, values: [runId] };
}

/** Rows of one INSERT: large enough to be few, small enough for any packet. */
const rowsAtOnce = 500;

/** Freezes the items of a plan with the payouts that they will become; a duplicate claim fails all of them. */
export function insertItems(
  run: { readonly id: string; readonly period: string },
  items: readonly SettlementPlanItem[],
  at: Date,
): Statement[] {
  const now = sqlTime(at.toISOString());
  const statements: Statement[] = [];
  for (let from = 0; from < items.length; from += rowsAtOnce) {
    const rows = items.slice(from, from + rowsAtOnce).map((item) => valuesOf(run, item, now));
    const places = rows.map((row) => `(${row.map(() => '?').join(', ')})`).join(', ');
    statements.push({
      sql: `INSERT INTO settlement_item (id, run_id, organisation_id, currency, period, claim, state, outcome, ledger_seq, balance_minor,
        float_minor, settled_minor, fee_bp, fee_version, fee_minor, tax_minor, payout_minor, method, bank_detail_id, payout_id,
        updated_at) VALUES ${places}`,
      values: rows.flat(),
    });
  }
  return statements;
}

function valuesOf(
  run: { readonly id: string; readonly period: string },
  item: SettlementPlanItem,
  now: string,
): SqlValue[] {
  const claim = settlementClaim({ ...item, period: run.period });
  return [
    ...[
      newId('settlementItem'),
      run.id,
      item.organisationId,
      item.currency,
      run.period,
      claim,
      item.state,
      item.outcome,
    ],
    ...[item.ledgerSeq, item.balanceMinor, item.floatMinor, item.settledMinor, item.feeBp, item.feeVersion],
    ...[item.feeMinor, item.taxMinor, item.payoutMinor, item.method, item.bankDetailId, newId('payout'), now],
  ];
}

/** Lets a later run of the month settle who was not paid: the rows stay as evidence, the claims go (decisions D24). */
export function releaseClaims(runId: string, at: Date): Statement {
  return {
    sql: `UPDATE settlement_item SET claim = NULL, updated_at = ?, version = version + 1
      WHERE run_id = ? AND state <> 'posted' AND claim IS NOT NULL`,
    values: [sqlTime(at.toISOString()), runId],
  };
}

/** The same for a run that ends without having paid anybody. */
export function releaseItems(runId: string, at: Date): Statement {
  return {
    sql: `UPDATE settlement_item SET claim = NULL, state = 'released', updated_at = ?, version = version + 1
      WHERE run_id = ? AND state <> 'posted'`,
    values: [sqlTime(at.toISOString()), runId],
  };
}
