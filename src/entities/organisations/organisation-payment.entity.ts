import { defineEntity, p } from '@mikro-orm/core';
import type { OrganisationId, OrganisationPaymentId } from '../../domain/ids.ts';
import type {
  OrganisationPaymentKind,
  OrganisationPaymentReason,
  OrganisationPaymentState,
} from '../../domain/organisations/organisation-payment.ts';

const OrganisationPaymentSchema = defineEntity({
  name: 'OrganisationPayment',
  tableName: 'organisation_payment',
  indexes: [{ name: 'organisation_payment_organisation_index', properties: ['organisationId', 'id'] }],
  uniques: [{ name: 'organisation_payment_reversal_unique', properties: ['reversalClaim'] }],
  properties: {
    id: p.string().$type<OrganisationPaymentId>().length(30).collation('ascii_bin').primary(),
    /** Who pays; of a reversal, who gets back. */
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<OrganisationPaymentKind>().length(24).collation('ascii_bin'),
    reason: p.string().$type<OrganisationPaymentReason>().length(16).collation('ascii_bin'),
    payeeKind: p.string().$type<'member' | 'organisation'>().length(16).collation('ascii_bin'),
    payeeId: p.string().length(30).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    currency: p.string().length(3).collation('ascii_bin'),
    description: p.string().length(80),
    sessionRef: p.string().length(120).nullable(),
    eventRef: p.string().length(120).nullable(),
    /** The top-up that a reversal takes back. */
    reversesId: p.string().$type<OrganisationPaymentId>().length(30).collation('ascii_bin').nullable(),
    /** The same while the reversal stands, so that there is one at most; a refused one gives it up. */
    reversalClaim: p.string().$type<OrganisationPaymentId>().length(30).collation('ascii_bin').nullable(),
    isForced: p.boolean(),
    state: p.string().$type<OrganisationPaymentState>().length(12).collation('ascii_bin'),
    outcome: p.string().length(40).collation('ascii_bin').nullable(),
    actor: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** Money that an organisation moves out of its balance, in one ledger transaction or not at all (cobalt.md 2.10). */
export class OrganisationPayment extends OrganisationPaymentSchema.class {}
OrganisationPaymentSchema.setClass(OrganisationPayment);
