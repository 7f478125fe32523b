import { defineEntity, p } from '@mikro-orm/core';
import type { PayoutFileId, SettlementRunId } from '../../domain/ids.ts';
import type { PayoutFileFormat } from '../../domain/settlement/payout.ts';

const PayoutFileSchema = defineEntity({
  name: 'PayoutFile',
  tableName: 'payout_file',
  indexes: [{ name: 'payout_file_run_index', properties: ['runId'] }],
  properties: {
    id: p.string().$type<PayoutFileId>().length(30).collation('ascii_bin').primary(),
    no: p.integer().unsigned().autoincrement().unique('payout_file_no_unique'),
    runId: p.string().$type<SettlementRunId>().length(30).collation('ascii_bin').nullable(),
    format: p.string().$type<PayoutFileFormat>().length(12).collation('ascii_bin'),
    currency: p.string().length(3).collation('ascii_bin'),
    payouts: p.integer(),
    totalMinor: p.bigint('number'),
    /** SHA-256 of the file’s bytes, in hexadecimal. */
    digest: p.string().length(64).collation('ascii_bin'),
    sealed: p.text().columnType('mediumtext'),
    actor: p.string().length(120).collation('ascii_bin'),
    createdAt: p.datetime(6),
    /** When the bank took it; direct entry has no other yes (decisions D29). */
    acceptedAt: p.datetime(6).nullable(),
  },
});
/** A bank file as it was issued; served from here for ever, so that a second download is the same (decisions D30). */
export class PayoutFile extends PayoutFileSchema.class {}
PayoutFileSchema.setClass(PayoutFile);
