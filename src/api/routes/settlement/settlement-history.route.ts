import { z } from 'zod';
import type { SqlPool } from '../../../entities/sql-pool.ts';
import { readSettlementHistory, type SettlementHistoryLine } from '../../../reports/settlement/settlement-history.ts';
import { dayRange, instantsOf } from '../../local-days.ts';
import { payoutStates } from '../../settlement/payout-view.ts';
import { keyed, route, type Route } from '../../route.ts';
import { id, listOf, money, pageOf, time } from '../../schemas.ts';

const lineSchema = z
  .object({
    payout: id('payout'),
    no: z.int(),
    date: time,
    period: z.string().meta({ examples: ['2026-10'] }),
    organisation: z.object({ id: id('organisation'), name: z.string() }),
    bank: z.string().nullable().meta({ description: 'Masked' }),
    debit: money.meta({ description: 'Below zero: what left the organisation’s balance' }),
    bankTransfer: money,
    state: z.enum(payoutStates),
  })
  .meta({ id: 'SettlementHistoryLine' });

/** What was settled, with what became of it at the bank (cobalt.md 2.14). Days are those of `zone`. */
export function settlementHistoryRoutes({ pool, zone }: { pool: SqlPool; zone: string }): readonly Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/settlement-history',
      tag: 'Payouts',
      summary: 'List settlements with their bank transfers, the newest first',
      policy: keyed('platform', 'payments.global.view'),
      query: z.strictObject({ ...dayRange, organisation: id('organisation').optional(), ...pageOf('payout') }),
      responses: { 200: { description: 'A page of settlements', schema: listOf(lineSchema) } },
      handle: async ({ query: { from, to, organisation, limit, cursor } }) => {
        const cut = { ...instantsOf({ from, to }, zone), organisation, after: cursor ?? null, limit: limit + 1 };
        const lines = await readSettlementHistory(pool, cut);
        const kept = lines.slice(0, limit);
        const next = lines.length > limit ? (kept.at(-1)?.payoutId ?? null) : null;
        return { status: 200, body: { items: kept.map(lineView), next_cursor: next } };
      },
    }),
  ];
}

function lineView(line: SettlementHistoryLine) {
  const of = (amount: number) => ({ amount, currency: line.currency });
  return {
    ...{ payout: line.payoutId, no: line.no, date: line.settledAt, period: line.period },
    organisation: { id: line.organisationId, name: line.organisation },
    ...{ bank: line.bank, debit: of(line.debitMinor), bankTransfer: of(line.bankTransferMinor), state: line.state },
  };
}
