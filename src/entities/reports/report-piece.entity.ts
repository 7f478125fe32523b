import { defineEntity, p } from '@mikro-orm/core';
import type { ReportJobId } from '../../domain/ids.ts';

const ReportPieceSchema = defineEntity({
  name: 'ReportPiece',
  tableName: 'report_piece',
  properties: {
    jobId: p.string().$type<ReportJobId>().length(30).collation('ascii_bin').primary(),
    attempt: p.integer().unsigned().primary(),
    pieceNo: p.integer().unsigned().primary(),
    content: p.blob().columnType('mediumblob'),
  },
});
/** A piece of a report's file, so that neither side ever holds all of it. */
export class ReportPiece extends ReportPieceSchema.class {}
ReportPieceSchema.setClass(ReportPiece);
