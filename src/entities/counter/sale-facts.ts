import { organisationId, saleId, siteId, type OrganisationId, type SaleId, type SiteId } from '../../domain/ids.ts';
import type { SaleSnapshot } from '../../domain/counter/sale-snapshot.ts';
import type { AttemptOutcome, CaptureMode, SaleState, TipMode } from '../../domain/counter/sale.ts';
import { isoTime, numberOf, optionalText, optionalTime, textOf, type SqlRow } from '../sql-pool.ts';

/**
 * What never changes about a sale. With a `SaleSnapshot` it is all that an answer is made from, so that the same
 * outcome gives the same bytes after a crash (decisions D46). Amounts are minor units of `currency`.
 */
export interface SaleFacts {
  readonly id: SaleId;
  readonly no: number;
  readonly organisationId: OrganisationId;
  readonly siteId: SiteId;
  readonly currency: string;
  readonly amountMinor: number;
  readonly description: string | null;
  readonly captureMode: CaptureMode;
  readonly tipMode: TipMode;
  /** ISO 8601. */
  readonly createdAt: string;
}

/** The columns that `saleFactsOf` and `saleSnapshotOf` read. */
export const saleColumns = `id, no, organisation_id, site_id, currency, amount_minor, description, capture_mode, tip_mode, created_at,
  state, attempt, reader_id, outcome, decline_code, tip_minor, authorized_minor, captured_minor, brand, last4, attention_reason,
  capture_before, updated_at, ledger_transaction_id`;

/** The unchanging part of a sale's row. */
export function saleFactsOf(row: SqlRow): SaleFacts {
  return {
    id: saleId(textOf(row, 'id')),
    no: numberOf(row, 'no'),
    organisationId: organisationId(textOf(row, 'organisation_id')),
    siteId: siteId(textOf(row, 'site_id')),
    currency: textOf(row, 'currency'),
    amountMinor: numberOf(row, 'amount_minor'),
    description: optionalText(row, 'description'),
    captureMode: textOf(row, 'capture_mode') as CaptureMode,
    tipMode: textOf(row, 'tip_mode') as TipMode,
    createdAt: isoTime(textOf(row, 'created_at')),
  };
}

/** The changing part of a sale's row. */
export function saleSnapshotOf(row: SqlRow): SaleSnapshot {
  return {
    state: textOf(row, 'state') as SaleState,
    attempt: numberOf(row, 'attempt'),
    readerId: optionalText(row, 'reader_id'),
    outcome: optionalText(row, 'outcome') as AttemptOutcome | null,
    declineCode: optionalText(row, 'decline_code'),
    tipMinor: numberOf(row, 'tip_minor'),
    authorizedMinor: numberOf(row, 'authorized_minor'),
    capturedMinor: numberOf(row, 'captured_minor'),
    brand: optionalText(row, 'brand'),
    last4: optionalText(row, 'last4'),
    attentionReason: optionalText(row, 'attention_reason'),
    captureBefore: optionalTime(row, 'capture_before'),
    asOf: isoTime(textOf(row, 'updated_at')),
  };
}
