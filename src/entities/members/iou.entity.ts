import { defineEntity, p } from '@mikro-orm/core';
import type { IouId, OrganisationId, PaymentId } from '../../domain/ids.ts';
import type { IouState } from '../../domain/members/iou.ts';

const IouSchema = defineEntity({
  name: 'Iou',
  tableName: 'iou',
  indexes: [
    { name: 'iou_member_index', properties: ['memberNo', 'state'] },
    { name: 'iou_organisation_index', properties: ['organisationId', 'state'] },
  ],
  uniques: [{ name: 'iou_external_ref_unique', properties: ['organisationId', 'externalRef'] }],
  properties: {
    id: p.string().$type<IouId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('iou_no_unique'),
    externalRef: p.string().length(120).nullable(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    memberNo: p.integer().unsigned(),
    amountMinor: p.bigint('number'),
    currency: p.string().length(3).collation('ascii_bin'),
    description: p.string().length(100).nullable(),
    sessionRef: p.string().length(120).nullable(),
    state: p.string().$type<IouState>().length(16).collation('ascii_bin'),
    paymentId: p.string().$type<PaymentId>().length(30).collation('ascii_bin').nullable(),
    dueAt: p.datetime(6).nullable(),
    remindedAt: p.datetime(6).nullable(),
    createdAt: p.datetime(6),
    closedAt: p.datetime(6).nullable(),
    version: p.integer().version(),
  },
});
/** What a player owes an organisation outside the book until it is paid; the player may have no account yet (decisions D20). */
export class Iou extends IouSchema.class {}
IouSchema.setClass(Iou);
