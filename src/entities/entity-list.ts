import { ApiKey } from './api-key.entity.ts';
import { AuditEvent } from './audit-event.entity.ts';
import { AutoTopUp } from './auto-top-up.entity.ts';
import { BankDetail } from './bank-detail.entity.ts';
import { BankResult } from './bank-result.entity.ts';
import { BankResultLine } from './bank-result-line.entity.ts';
import { Booking } from './booking.entity.ts';
import { BookingLine } from './booking-line.entity.ts';
import { CallbackDelivery } from './callback-delivery.entity.ts';
import { CallbackEndpoint } from './callback-endpoint.entity.ts';
import { CardTransaction } from './card-transaction.entity.ts';
import { Correction } from './correction.entity.ts';
import { Dispute } from './dispute.entity.ts';
import { FeeOverride } from './fee-override.entity.ts';
import { FeeSetting } from './fee-setting.entity.ts';
import { HostObject } from './host-object.entity.ts';
import { IdempotencyRequest } from './idempotency-request.entity.ts';
import { InternalRefund } from './internal-refund.entity.ts';
import { Iou } from './iou.entity.ts';
import { LedgerAccount } from './ledger-account.entity.ts';
import { LedgerEntry } from './ledger-entry.entity.ts';
import { LedgerHold } from './ledger-hold.entity.ts';
import { LedgerSeal } from './ledger-seal.entity.ts';
import { LedgerTransaction } from './ledger-transaction.entity.ts';
import { Member } from './member.entity.ts';
import { MemberConsent } from './member-consent.entity.ts';
import { Notice } from './notice.entity.ts';
import { Organisation } from './organisation.entity.ts';
import { OrganisationLetter } from './organisation-letter.entity.ts';
import { OrganisationPayment } from './organisation-payment.entity.ts';
import { OrganisationUser } from './organisation-user.entity.ts';
import { Payment } from './payment.entity.ts';
import { Payout } from './payout.entity.ts';
import { PayoutFile } from './payout-file.entity.ts';
import { PayoutFileLine } from './payout-file-line.entity.ts';
import { ProcessorAccount } from './processor-account.entity.ts';
import { ProviderEvent } from './provider-event.entity.ts';
import { ProviderObject } from './provider-object.entity.ts';
import { ReconciliationRun } from './reconciliation-run.entity.ts';
import { ReconciliationCheckpoint } from './reconciliation-checkpoint.entity.ts';
import { ReconciliationDifference } from './reconciliation-difference.entity.ts';
import { ReconciliationLine } from './reconciliation-line.entity.ts';
import { ReconciliationObject } from './reconciliation-object.entity.ts';
import { BankStatement } from './bank-statement.entity.ts';
import { BankStatementLine } from './bank-statement-line.entity.ts';
import { Reader } from './reader.entity.ts';
import { Refund } from './refund.entity.ts';
import { ReportJob } from './report-job.entity.ts';
import { ReportPiece } from './report-piece.entity.ts';
import { RemittanceAdvice } from './remittance-advice.entity.ts';
import { Sale } from './sale.entity.ts';
import { SaleAttempt } from './sale-attempt.entity.ts';
import { SaleEvent } from './sale-event.entity.ts';
import { SettlementApproval } from './settlement-approval.entity.ts';
import { SettlementDecision } from './settlement-decision.entity.ts';
import { SettlementItem } from './settlement-item.entity.ts';
import { SettlementRun } from './settlement-run.entity.ts';
import { Site } from './site.entity.ts';
import { TopUp } from './top-up.entity.ts';
import { TopUpNeed } from './top-up-need.entity.ts';

/** Every entity, so that the ORM needs no file discovery and the schema check sees all of them. */
export const entities = [
  ApiKey,
  AuditEvent,
  AutoTopUp,
  BankDetail,
  BankStatementLine,
  BankStatement,
  BankResult,
  BankResultLine,
  Booking,
  BookingLine,
  CallbackDelivery,
  CallbackEndpoint,
  CardTransaction,
  Correction,
  Dispute,
  FeeOverride,
  FeeSetting,
  HostObject,
  IdempotencyRequest,
  InternalRefund,
  Iou,
  LedgerAccount,
  LedgerEntry,
  LedgerHold,
  LedgerSeal,
  LedgerTransaction,
  Member,
  MemberConsent,
  Notice,
  Organisation,
  OrganisationLetter,
  OrganisationPayment,
  OrganisationUser,
  Payment,
  Payout,
  PayoutFile,
  PayoutFileLine,
  ProcessorAccount,
  ProviderEvent,
  ProviderObject,
  Reader,
  ReconciliationObject,
  ReconciliationLine,
  ReconciliationDifference,
  ReconciliationCheckpoint,
  ReconciliationRun,
  Refund,
  ReportJob,
  ReportPiece,
  RemittanceAdvice,
  Sale,
  SaleAttempt,
  SaleEvent,
  SettlementApproval,
  SettlementDecision,
  SettlementItem,
  SettlementRun,
  Site,
  TopUp,
  TopUpNeed,
] as const;
