import { ApiKey } from './api-key.entity.ts';
import { AuditEvent } from './audit-event.entity.ts';
import { AutoTopUp } from './cards/auto-top-up.entity.ts';
import { BankDetail } from './organisations/bank-detail.entity.ts';
import { BankResult } from './settlement/bank-result.entity.ts';
import { BankResultLine } from './settlement/bank-result-line.entity.ts';
import { Booking } from './payments/booking.entity.ts';
import { BookingLine } from './payments/booking-line.entity.ts';
import { CallbackDelivery } from './events/callback-delivery.entity.ts';
import { CallbackEndpoint } from './events/callback-endpoint.entity.ts';
import { CardTransaction } from './cards/card-transaction.entity.ts';
import { Correction } from './reconciliation/correction.entity.ts';
import { Dispute } from './payments/dispute.entity.ts';
import { FeeOverride } from './organisations/fee-override.entity.ts';
import { FeeSetting } from './organisations/fee-setting.entity.ts';
import { HostObject } from './organisations/host-object.entity.ts';
import { IdempotencyRequest } from './idempotency-request.entity.ts';
import { InternalRefund } from './organisations/internal-refund.entity.ts';
import { Iou } from './members/iou.entity.ts';
import { LedgerAccount } from './book/ledger-account.entity.ts';
import { LedgerEntry } from './book/ledger-entry.entity.ts';
import { LedgerHold } from './book/ledger-hold.entity.ts';
import { LedgerSeal } from './book/ledger-seal.entity.ts';
import { LedgerTransaction } from './book/ledger-transaction.entity.ts';
import { Member } from './members/member.entity.ts';
import { MemberConsent } from './members/member-consent.entity.ts';
import { Notice } from './members/notice.entity.ts';
import { Organisation } from './organisations/organisation.entity.ts';
import { OrganisationLetter } from './organisations/organisation-letter.entity.ts';
import { OrganisationPayment } from './organisations/organisation-payment.entity.ts';
import { OrganisationUser } from './organisations/organisation-user.entity.ts';
import { Payment } from './payments/payment.entity.ts';
import { Payout } from './settlement/payout.entity.ts';
import { PayoutFile } from './settlement/payout-file.entity.ts';
import { PayoutFileLine } from './settlement/payout-file-line.entity.ts';
import { ProcessorAccount } from './processor-account.entity.ts';
import { ProviderEvent } from './events/provider-event.entity.ts';
import { ProviderObject } from './events/provider-object.entity.ts';
import { ReconciliationRun } from './reconciliation/reconciliation-run.entity.ts';
import { ReconciliationCheckpoint } from './reconciliation/reconciliation-checkpoint.entity.ts';
import { ReconciliationDifference } from './reconciliation/reconciliation-difference.entity.ts';
import { ReconciliationLine } from './reconciliation/reconciliation-line.entity.ts';
import { ReconciliationObject } from './reconciliation/reconciliation-object.entity.ts';
import { BankStatement } from './reconciliation/bank-statement.entity.ts';
import { BankStatementLine } from './reconciliation/bank-statement-line.entity.ts';
import { Reader } from './counter/reader.entity.ts';
import { Refund } from './payments/refund.entity.ts';
import { ReportJob } from './reports/report-job.entity.ts';
import { ReportPiece } from './reports/report-piece.entity.ts';
import { RemittanceAdvice } from './settlement/remittance-advice.entity.ts';
import { Sale } from './counter/sale.entity.ts';
import { SaleAttempt } from './counter/sale-attempt.entity.ts';
import { SaleEvent } from './counter/sale-event.entity.ts';
import { SettlementApproval } from './settlement/settlement-approval.entity.ts';
import { SettlementDecision } from './settlement/settlement-decision.entity.ts';
import { SettlementItem } from './settlement/settlement-item.entity.ts';
import { SettlementRun } from './settlement/settlement-run.entity.ts';
import { Site } from './counter/site.entity.ts';
import { TopUp } from './cards/top-up.entity.ts';
import { TopUpNeed } from './cards/top-up-need.entity.ts';

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
