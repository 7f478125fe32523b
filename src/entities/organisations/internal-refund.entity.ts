import { defineEntity, p } from '@mikro-orm/core';
import type { InternalRefundId, OrganisationId } from '../../domain/ids.ts';
import type { InternalRefundKind, InternalRefundState } from '../../domain/organisations/internal-refund.ts';

const InternalRefundSchema = defineEntity({
  name: 'InternalRefund',
  tableName: 'internal_refund',
  indexes: [{ name: 'internal_refund_organisation_index', properties: ['organisationId', 'id'] }],
  properties: {
    id: p.string().$type<InternalRefundId>().length(30).collation('ascii_bin').primary(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<InternalRefundKind>().length(12).collation('ascii_bin'),
    /** The host's session or event. */
    subjectRef: p.string().length(120),
    currency: p.string().length(3).collation('ascii_bin'),
    /** Who gets what, as `InternalRefundLine[]`. */
    linesJson: p.text(),
    description: p.string().length(80),
    /** The session is cancelled: what is still owed for it is owed no more. */
    cancelsIous: p.boolean(),
    state: p.string().$type<InternalRefundState>().length(12).collation('ascii_bin'),
    outcome: p.string().length(40).collation('ascii_bin').nullable(),
    actor: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** What an organisation gives back to members' balances, all of it or nothing (cobalt.md 2.13). */
export class InternalRefund extends InternalRefundSchema.class {}
InternalRefundSchema.setClass(InternalRefund);
