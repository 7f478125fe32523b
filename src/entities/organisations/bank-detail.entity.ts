import { defineEntity, p } from '@mikro-orm/core';
import type { BankScheme } from '../../domain/organisations/bank-account.ts';
import type { BankDetailId, OrganisationId } from '../../domain/ids.ts';

const BankDetailSchema = defineEntity({
  name: 'BankDetail',
  tableName: 'bank_detail',
  uniques: [{ name: 'bank_detail_version_unique', properties: ['organisationId', 'currency', 'no'] }],
  properties: {
    id: p.string().$type<BankDetailId>().length(30).collation('ascii_bin').primary(),
    organisationId: p.string().$type<OrganisationId>().length(30).collation('ascii_bin'),
    no: p.integer().unsigned(),
    currency: p.string().length(3).collation('ascii_bin'),
    scheme: p.string().$type<BankScheme>().length(8).collation('ascii_bin'),
    sealed: p.text(),
    masked: p.string().length(80),
    actor: p.string().length(120).collation('ascii_bin'),
    assertedActor: p.string().length(120).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
  },
});
/** Where an organisation is paid; never changed, a new version is added. Sealed: only files and payouts open it. */
export class BankDetail extends BankDetailSchema.class {}
BankDetailSchema.setClass(BankDetail);
