import { defineUpdate } from '@temporalio/workflow';
import type { OrganisationPaymentSnapshot } from '../../domain/organisations/organisation-payment.ts';

/** The workflow of an organisation's payment; its id is never used twice. */
export function organisationPaymentWorkflowId(organisationPaymentId: string): string {
  return `organisation-payment-${organisationPaymentId}`;
}

export interface OrganisationPaymentInput {
  readonly schema: 1;
  readonly organisationPaymentId: string;
  /** Without a `begin` the workflow ends. */
  readonly beginMs: number;
}

export const beginOrganisationPayment = defineUpdate<OrganisationPaymentSnapshot>('beginOrganisationPayment');
