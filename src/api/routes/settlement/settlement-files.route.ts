import { z } from 'zod';
import { settlementRunId } from '../../../domain/ids.ts';
import { signatureOf } from '../../../domain/principal.ts';
import { actStatement } from '../../../entities/audit.ts';
import { loadRun } from '../../../entities/settlement/settlement-runs.ts';
import { settlementCsv } from '../../../reports/settlement/settlement-csv.ts';
import { instant } from '../../local-days.ts';
import { keyed, route, type Route } from '../../route.ts';
import { idParam } from '../../schemas.ts';
import type { SettlementParts } from '../../settlement/settlement-writing.ts';

/** Settlements as files (cobalt.md 3.6). */
export function settlementFileRoutes({ pool, sealKeys }: SettlementParts): readonly Route[] {
  const csv = route({
    method: 'get',
    path: '/v1/settlements/:id/settlements.csv',
    tag: 'Settlements',
    summary: 'Download a settlement with bank accounts, for people who pay by hand',
    description: 'It names bank accounts in full, so that each download is written down in the audit.',
    policy: keyed('platform', 'payments.global.edit'),
    params: idParam('settlementRun'),
    query: z.strictObject({
      asOf: instant.optional().meta({ description: 'What the file says as its time; default: now' }),
    }),
    responses: { 200: { description: 'UTF-8', contentType: 'text/csv' } },
    handle: async ({ principal, params: { id }, query }) => {
      const run = await loadRun(pool, settlementRunId(id));
      const act = { ...signatureOf(principal), action: 'settlement.export', target: run.id, organisationId: null };
      await pool.transact([actStatement(act)]);
      const asOf = query.asOf ?? new Date().toISOString();
      const stream = settlementCsv({ pool, sealKeys }, run, { requester: principal.asserted ?? principal.name, asOf });
      const name = 'attachment; filename="settlements.csv"';
      return {
        status: 200,
        headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': name },
        stream,
      };
    },
  });
  return [csv];
}
