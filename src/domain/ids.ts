/**
 * Identifiers: a prefix that names the kind, and a ULID. The only place, with `money.ts`, where a plain value is
 * turned into a branded one, so that a sale's id can never be passed where a reader's is meant.
 */
declare const brand: unique symbol;
export type Brand<T, B extends string> = T & { readonly [brand]: B };

export type OrganisationId = Brand<string, 'OrganisationId'>;
export type SiteId = Brand<string, 'SiteId'>;
export type ReaderId = Brand<string, 'ReaderId'>;
export type ProcessorAccountId = Brand<string, 'ProcessorAccountId'>;
export type SaleId = Brand<string, 'SaleId'>;
export type ApiKeyId = Brand<string, 'ApiKeyId'>;
export type CardTransactionId = Brand<string, 'CardTransactionId'>;
export type ProviderEventId = Brand<string, 'ProviderEventId'>;
export type IdempotencyRequestId = Brand<string, 'IdempotencyRequestId'>;
export type LedgerTransactionId = Brand<string, 'LedgerTransactionId'>;
export type LedgerHoldId = Brand<string, 'LedgerHoldId'>;
export type MemberId = Brand<string, 'MemberId'>;
/** Somebody with a token of their own: `person:` and the subject. */
export type PersonId = Brand<string, 'PersonId'>;
export type PaymentId = Brand<string, 'PaymentId'>;
export type PaymentBatchId = Brand<string, 'PaymentBatchId'>;
export type BookingId = Brand<string, 'BookingId'>;
export type TopUpId = Brand<string, 'TopUpId'>;
export type TopUpNeedId = Brand<string, 'TopUpNeedId'>;
export type RefundId = Brand<string, 'RefundId'>;
export type DisputeId = Brand<string, 'DisputeId'>;
export type InternalRefundId = Brand<string, 'InternalRefundId'>;
export type IouId = Brand<string, 'IouId'>;
export type NoticeId = Brand<string, 'NoticeId'>;
export type CallbackEndpointId = Brand<string, 'CallbackEndpointId'>;
export type CallbackDeliveryId = Brand<string, 'CallbackDeliveryId'>;
export type FeeSettingId = Brand<string, 'FeeSettingId'>;
export type BankDetailId = Brand<string, 'BankDetailId'>;
export type SettlementRunId = Brand<string, 'SettlementRunId'>;
export type SettlementItemId = Brand<string, 'SettlementItemId'>;
export type PayoutId = Brand<string, 'PayoutId'>;
export type PayoutFileId = Brand<string, 'PayoutFileId'>;
export type CorrectionId = Brand<string, 'CorrectionId'>;
export type ReportJobId = Brand<string, 'ReportJobId'>;
export type OrganisationLetterId = Brand<string, 'OrganisationLetterId'>;
export type OrganisationPaymentId = Brand<string, 'OrganisationPaymentId'>;
export type ReconciliationRunId = Brand<string, 'ReconciliationRunId'>;
export type ReconciliationDifferenceId = Brand<string, 'ReconciliationDifferenceId'>;
export type BankStatementId = Brand<string, 'BankStatementId'>;
export type BankResultId = Brand<string, 'BankResultId'>;

/** Prefix of each kind of identifier. */
export const idPrefixes = {
  organisation: 'org',
  site: 'sit',
  reader: 'rdr',
  processorAccount: 'pac',
  sale: 'sal',
  apiKey: 'key',
  cardTransaction: 'ctx',
  providerEvent: 'pev',
  idempotencyRequest: 'idr',
  ledgerTransaction: 'ltx',
  ledgerHold: 'hld',
  member: 'mem',
  payment: 'pay',
  paymentBatch: 'bat',
  booking: 'bkg',
  topUp: 'top',
  topUpNeed: 'ned',
  refund: 'rfd',
  dispute: 'dsp',
  internalRefund: 'irf',
  iou: 'iou',
  notice: 'ntc',
  callbackEndpoint: 'cbe',
  callbackDelivery: 'cbd',
  feeSetting: 'fst',
  bankDetail: 'bnk',
  settlementRun: 'str',
  settlementItem: 'sti',
  payout: 'pyt',
  payoutFile: 'pyf',
  correction: 'cor',
  reportJob: 'rpj',
  organisationLetter: 'ltr',
  organisationPayment: 'opy',
  reconciliationRun: 'rcr',
  reconciliationDifference: 'rcd',
  bankStatement: 'bst',
  bankResult: 'bkr',
} as const;
export type IdKind = keyof typeof idPrefixes;

/** 26 characters of Crockford base 32; the first holds only three bits. */
const ulidPattern = '[0-7][0-9A-HJKMNP-TV-Z]{25}';

/** Whether `value` is a well-formed identifier of `kind`. */
export function isId(kind: IdKind, value: unknown): value is string {
  return typeof value === 'string' && new RegExp(`^${idPrefixes[kind]}_${ulidPattern}$`).test(value);
}

/** The regular expression of `kind`, for schemas that document it. */
export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${idPrefixes[kind]}_${ulidPattern}$`);
}

function parser<T extends string>(kind: IdKind): (value: string) => Brand<string, T> {
  return (value) => {
    if (!isId(kind, value)) throw new TypeError(`Not an identifier of a ${kind}: ${JSON.stringify(value)}`);
    return value as Brand<string, T>;
  };
}

/** Names the person of a token's subject, which is printable ASCII without blanks. */
export function personId(subject: string): PersonId {
  return `person:${subject}` as PersonId;
}

/** Whether an actor is a person with a token of their own, and not a key. */
export function isPerson(actor: ApiKeyId | PersonId): actor is PersonId {
  return actor.startsWith('person:');
}

/** Parsers: each takes text from outside and answers the branded identifier, or throws `TypeError`. */
export const organisationId = parser<'OrganisationId'>('organisation');
export const siteId = parser<'SiteId'>('site');
export const readerId = parser<'ReaderId'>('reader');
export const processorAccountId = parser<'ProcessorAccountId'>('processorAccount');
export const saleId = parser<'SaleId'>('sale');
export const apiKeyId = parser<'ApiKeyId'>('apiKey');
export const cardTransactionId = parser<'CardTransactionId'>('cardTransaction');
export const providerEventId = parser<'ProviderEventId'>('providerEvent');
export const idempotencyRequestId = parser<'IdempotencyRequestId'>('idempotencyRequest');
export const ledgerTransactionId = parser<'LedgerTransactionId'>('ledgerTransaction');
export const ledgerHoldId = parser<'LedgerHoldId'>('ledgerHold');
export const memberId = parser<'MemberId'>('member');
export const paymentId = parser<'PaymentId'>('payment');
export const paymentBatchId = parser<'PaymentBatchId'>('paymentBatch');
export const bookingId = parser<'BookingId'>('booking');
export const topUpId = parser<'TopUpId'>('topUp');
export const topUpNeedId = parser<'TopUpNeedId'>('topUpNeed');
export const refundId = parser<'RefundId'>('refund');
export const disputeId = parser<'DisputeId'>('dispute');
export const internalRefundId = parser<'InternalRefundId'>('internalRefund');
export const iouId = parser<'IouId'>('iou');
export const noticeId = parser<'NoticeId'>('notice');
export const callbackEndpointId = parser<'CallbackEndpointId'>('callbackEndpoint');
export const callbackDeliveryId = parser<'CallbackDeliveryId'>('callbackDelivery');
export const feeSettingId = parser<'FeeSettingId'>('feeSetting');
export const bankDetailId = parser<'BankDetailId'>('bankDetail');
export const settlementRunId = parser<'SettlementRunId'>('settlementRun');
export const settlementItemId = parser<'SettlementItemId'>('settlementItem');
export const payoutId = parser<'PayoutId'>('payout');
export const payoutFileId = parser<'PayoutFileId'>('payoutFile');
export const correctionId = parser<'CorrectionId'>('correction');
export const reportJobId = parser<'ReportJobId'>('reportJob');
export const organisationLetterId = parser<'OrganisationLetterId'>('organisationLetter');
export const organisationPaymentId = parser<'OrganisationPaymentId'>('organisationPayment');
export const bankResultId = parser<'BankResultId'>('bankResult');
export const bankStatementId = parser<'BankStatementId'>('bankStatement');
