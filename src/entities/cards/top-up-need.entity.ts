import { defineEntity, p } from '@mikro-orm/core';
import type { MemberId, TopUpId, TopUpNeedId } from '../../domain/ids.ts';
import type { TopUpNeedKind, TopUpNeedState } from '../../domain/cards/top-up.ts';

const TopUpNeedSchema = defineEntity({
  name: 'TopUpNeed',
  tableName: 'top_up_need',
  indexes: [{ name: 'top_up_need_member_index', properties: ['memberId', 'state'] }],
  uniques: [{ name: 'top_up_need_source_unique', properties: ['sourceId', 'kind'] }],
  properties: {
    id: p.string().$type<TopUpNeedId>().length(30).collation('ascii_bin').primary(),
    memberId: p.string().$type<MemberId>().length(30).collation('ascii_bin'),
    kind: p.string().$type<TopUpNeedKind>().length(12).collation('ascii_bin'),
    sourceId: p.string().length(30).collation('ascii_bin'),
    amountMinor: p.bigint('number'),
    state: p.string().$type<TopUpNeedState>().length(12).collation('ascii_bin'),
    outcome: p.string().length(40).collation('ascii_bin').nullable(),
    topUpId: p.string().$type<TopUpId>().length(30).collation('ascii_bin').nullable(),
    createdAt: p.datetime(6),
    version: p.integer().version(),
  },
});
/** Why a member's balance must be refilled; one top-up may meet many (decisions D10). */
export class TopUpNeed extends TopUpNeedSchema.class {}
TopUpNeedSchema.setClass(TopUpNeed);
