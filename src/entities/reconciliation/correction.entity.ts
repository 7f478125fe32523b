import { defineEntity, p } from '@mikro-orm/core';
import type { CorrectionKind, CorrectionLoss, CorrectionState } from '../../domain/reconciliation/correction.ts';
import type { CorrectionId, OrganisationId, PayoutId } from '../../domain/ids.ts';

const CorrectionSchema = defineEntity({
  name: 'Correction',
  tableName: 'correction',
  indexes: [
    { name: 'correction_kind_index', properties: ['kind', 'id'] },
    { name: 'correction_holder_index', properties: ['holderId', 'id'] },
    { name: 'correction_state_index', properties: ['state', 'createdAt'] },
  ],
  properties: {
    id: p.string().$type<CorrectionId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('correction_no_unique'),
    kind: p.string().$type<CorrectionKind>().length(20).collation('ascii_bin'),
    holderKind: p.string().$type<'member' | 'organisation'>().length(12).collation('ascii_bin'),
    holderId: p.string().length(30).collation('ascii_bin'),
    /** The holder, where it is an organisation. */
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin').nullable(),
    currency: p.string().length(3).collation('ascii_bin'),
    /** Signed for adjustments and opening balances: plus is to the holder (decisions D34). Else above zero. */
    amountMinor: p.bigint('number'),
    /** Of a write-off. */
    loss: p.string().$type<CorrectionLoss>().length(12).collation('ascii_bin').nullable(),
    /** The account of an open write-off: two at once could give up the same debt. Null for all else, and when it is over. */
    openFor: p.string().length(40).collation('ascii_bin').nullable().unique('correction_open_for_unique'),
    /** The fee of a settlement and what it came to, as they were when it was asked for. */
    feeBp: p.integer().nullable(),
    payoutMinor: p.bigint('number').nullable(),
    /** Without tax. */
    feeMinor: p.bigint('number').nullable(),
    taxMinor: p.bigint('number').nullable(),
    payoutId: p.string().$type<PayoutId>().length(30).collation('ascii_bin').nullable(),
    description: p.string().length(255),
    reason: p.string().length(500),
    /** Until when a second person can decide; null where none is needed. */
    approveBy: p.datetime(6).nullable(),
    state: p.string().$type<CorrectionState>().length(20).collation('ascii_bin'),
    outcome: p.string().length(64).collation('ascii_bin').nullable(),
    decidedBy: p.string().length(120).collation('ascii_bin').nullable(),
    decisionReason: p.string().length(500).nullable(),
    actor: p.string().length(120).collation('ascii_bin'),
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    updatedAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** What an administrator books by hand, with who asked, why, and who approved (cobalt.md 2.15). */
export class Correction extends CorrectionSchema.class {}
CorrectionSchema.setClass(Correction);
