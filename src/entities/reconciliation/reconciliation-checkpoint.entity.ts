import { defineEntity, p } from '@mikro-orm/core';
import type { ProcessorAccountId } from '../../domain/ids.ts';

const ReconciliationCheckpointSchema = defineEntity({
  name: 'ReconciliationCheckpoint',
  tableName: 'reconciliation_checkpoint',
  properties: {
    processorAccountId: p.string().$type<ProcessorAccountId>().length(30).collation('ascii_bin').primary(),
    /** Everything that the processor made before this is compared. */
    readUntil: p.datetime(6),
    updatedAt: p.datetime(6),
  },
});
/** How far the comparison with a processor has come. */
export class ReconciliationCheckpoint extends ReconciliationCheckpointSchema.class {}
ReconciliationCheckpointSchema.setClass(ReconciliationCheckpoint);
