import type { Stripe } from 'stripe';
import type { ChargeRecord, DisputeRecord } from '../records.ts';
import type { World } from '../world.ts';

/** Evidence that is plain text; every key is null until it is given. */
export const evidenceTexts = [
  ...['access_activity_log', 'billing_address', 'cancellation_policy', 'cancellation_policy_disclosure'],
  ...['cancellation_rebuttal', 'customer_communication', 'customer_email_address', 'customer_name'],
  ...['customer_purchase_ip', 'customer_signature', 'duplicate_charge_documentation', 'duplicate_charge_explanation'],
  ...['duplicate_charge_id', 'product_description', 'receipt', 'refund_policy', 'refund_policy_disclosure'],
  ...['refund_refusal_explanation', 'service_date', 'service_documentation', 'shipping_address', 'shipping_carrier'],
  ...['shipping_date', 'shipping_documentation', 'shipping_tracking_number', 'uncategorized_file'],
  'uncategorized_text',
];

/** What the holder's bank says against a charge. */
export interface NewDispute {
  charge: ChargeRecord;
  amountMinor: number;
  reason: string;
  /** Only a question so far: no money moves. */
  inquiry: boolean;
}

const DAYS_TO_ANSWER = 9;

/** A fresh dispute with all its keys. */
export function newDispute(world: World, { charge, amountMinor, reason, inquiry }: NewDispute): DisputeRecord {
  const created = world.clock.nowSeconds();
  const brand = brandOf(charge);
  return {
    id: world.random.id('dp_1', 23),
    object: 'dispute',
    amount: amountMinor,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: created + DAYS_TO_ANSWER * 86_400,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: null,
    is_charge_refundable: inquiry,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: { brand, case_type: inquiry ? 'inquiry' : 'chargeback', network: brand, network_reason_code: '10.4' },
      type: 'card',
    },
    reason,
    status: inquiry ? 'warning_needs_response' : 'needs_response',
  };
}

function brandOf({ payment_method_details: details }: ChargeRecord): string {
  return details?.card?.brand ?? details?.card_present?.brand ?? 'visa';
}

function noEvidence(): Stripe.Dispute.Evidence {
  const texts = Object.fromEntries(evidenceTexts.map((key) => [key, null]));
  return { ...texts, enhanced_evidence: {} } as unknown as Stripe.Dispute.Evidence;
}
