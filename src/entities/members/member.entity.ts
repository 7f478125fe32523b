import { defineEntity, p } from '@mikro-orm/core';
import type { MemberId } from '../../domain/ids.ts';

/** `closed` members pay and receive nothing; their book stays. */
export type MemberStatus = 'active' | 'closed';

const MemberSchema = defineEntity({
  name: 'Member',
  tableName: 'member',
  uniques: [{ name: 'member_external_ref_unique', properties: ['externalRef'] }],
  properties: {
    id: p.string().$type<MemberId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('member_no_unique'),
    externalRef: p.string().length(120).nullable(),
    firstName: p.string().length(120),
    lastName: p.string().length(120),
    email: p.string().length(254).nullable(),
    currency: p.string().length(3).collation('ascii_bin'),
    status: p.string().$type<MemberStatus>().length(16).collation('ascii_bin'),
    isSystem: p.boolean(),
    wantsLowBalanceEmail: p.boolean(),
    wantsPaymentsEmail: p.boolean(),
    homeClub: p.string().length(120).nullable(),
    rankName: p.string().length(60).nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** A person with a balance with us: pays organisations and other members, in one currency (cobalt.md 1.1). */
export class Member extends MemberSchema.class {}
MemberSchema.setClass(Member);
