import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

/** What operators search by (design.md 9). Never personal data: they are not encrypted. */
export const payState = defineSearchAttributeKey('PayState', SearchAttributeType.KEYWORD);
export const payKind = defineSearchAttributeKey('PayKind', SearchAttributeType.KEYWORD);
export const organisationKey = defineSearchAttributeKey('OrganisationId', SearchAttributeType.KEYWORD);
export const readerKey = defineSearchAttributeKey('ReaderId', SearchAttributeType.KEYWORD);
export const orderRef = defineSearchAttributeKey('OrderRef', SearchAttributeType.KEYWORD);
export const paymentRef = defineSearchAttributeKey('PaymentRef', SearchAttributeType.KEYWORD);
export const settlementPeriod = defineSearchAttributeKey('SettlementPeriod', SearchAttributeType.KEYWORD);
export const amountMinor = defineSearchAttributeKey('AmountMinor', SearchAttributeType.INT);
export const needsAttention = defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL);
export const attentionReason = defineSearchAttributeKey('AttentionReason', SearchAttributeType.KEYWORD);
